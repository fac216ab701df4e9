package io.holdfast.verification.campaign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.verification.checker.Rule;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Real processes under faults, judged by the checker. {@code docs/campaign.md} says what this does and how to run all of it. */
@Tag("faults")
@Isolated("a run whose faults come late is void")
final class CampaignTest {
    private static final int MINUTES = Integer.getInteger("campaign.minutes", 0);
    private static final int VOID_PERCENT_MAX = 5;

    @Test
    void noPromiseIsBroken() throws Exception {
        long seed = Long.getLong("campaign.seed", 0);
        if (seed == 0) {
            seed = System.nanoTime() % 1_000_000;
        }
        System.out.println("-Dcampaign.seed=" + seed);
        try (Campaign campaign = Campaign.ofTheJar(Campaign.FOLDER)) {
            if (MINUTES == 0) {
                smoke(campaign, seed);
            } else {
                whole(campaign, seed);
            }
            List<String> violated = campaign.results().stream()
                    .filter(result -> result.report().violationCount() > 0)
                    .map(result -> result.plan().describe())
                    .toList();
            assertEquals(List.of(), violated, "-Dcampaign.seed=" + seed);
        }
    }

    private static void smoke(Campaign campaign, long seed) throws Exception {
        Result unused = campaign.play(Plan.smoke(1, seed, Mode.MEMORY, FaultKind.STOP_CLIENT, 5_000));
        unused = campaign.play(Plan.smoke(2, seed, Mode.DURABLE, FaultKind.KILL_SERVER, 2_000));
        unused = campaign.play(Plan.smoke(3, seed, Mode.REPLICATED, FaultKind.KILL_LEADER, 2_000));
    }

    private static void whole(Campaign campaign, long seed) throws Exception {
        Result control = campaign.playFor(MINUTES, seed);
        assertTrue(control.report().violates(Rule.FENCED_WRITES), "without a fence nothing went wrong: too tame");
        long voids = CampaignReport.voids(campaign.results());
        assertTrue(voids * 100 <= campaign.results().size() * (long) VOID_PERCENT_MAX, voids + " runs say nothing");
    }
}
