package io.holdfast.verification.checker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The checker says of small random histories what a search over all placements says. One seed is played with
 * {@code -Dplacements.seed=N}, more than usual with {@code -Dplacements.seeds=N}.
 */
final class PlacementsTest {
    private static final long SEEDS = Long.getLong("placements.seeds", 30_000);

    @Test
    void theCheckerSaysWhatTheSearchSays() {
        Long only = Long.getLong("placements.seed");
        long bad = 0;
        Map<Rule, Integer> broken = new EnumMap<>(Rule.class);
        for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
            RandomHistory history = new RandomHistory(new SplittableRandom(seed));
            Report report;
            try {
                report = check(history);
            } catch (RuntimeException e) {
                throw new AssertionError("-Dplacements.seed=" + seed + "\n" + told(history), e);
            }
            boolean possible = new Placements(history.exchanges, history.outages, RandomHistory.GRID_MICROS).explain();
            long replayed = seed;
            assertEquals(
                    possible,
                    report.violationCount() == 0,
                    () -> "-Dplacements.seed=" + replayed + "\n" + told(history) + report);
            bad += possible ? 0 : 1;
            report.violations().forEach(violation -> broken.merge(violation.rule(), 1, Integer::sum));
        }
        if (only == null) {
            double share = (double) bad / SEEDS;
            assertTrue(share > 0.2 && share < 0.8, "too one-sided: " + share + " are bad");
            for (Rule rule : List.of(Rule.RETRIES, Rule.TOKENS, Rule.EXCLUSION)) {
                assertTrue(broken.getOrDefault(rule, 0) > SEEDS / 1000, "too little of " + rule + ": " + broken);
            }
        }
    }

    private static Report check(RandomHistory history) {
        Checker checker = new Checker(CheckerOptions.anySize());
        history.events().forEach(checker::accept);
        return checker.finish(List.of());
    }

    private static String told(RandomHistory history) {
        StringWriter text = new StringWriter();
        HistoryWriter writer = new HistoryWriter(text, "random");
        history.events().forEach(event -> event.deliverTo(writer));
        return text.toString();
    }
}
