package io.holdfast.verification.checker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the checker keeps does not grow with the length of the history. */
final class CheckerMemoryTest {
    private static final int REMEMBERED = 100;

    private static int kept(Path file) throws IOException {
        Checker checker = new Checker(CheckerOptions.anySize().withRemembered(REMEMBERED));
        int most = 0;
        try (MergedHistory history = MergedHistory.of(List.of(file))) {
            for (HistoryEvent event = history.next(); event != null; event = history.next()) {
                checker.accept(event);
                most = Math.max(most, checker.size());
            }
        }
        assertEquals(Report.Verdict.PASSED, checker.finish(List.of()).verdict());
        return most;
    }

    @Test
    void aHistoryTenTimesAsLongKeepsNoMore(@TempDir Path folder) throws IOException {
        Path shorter = folder.resolve("short");
        Path longer = folder.resolve("long");
        CheckerSpeed.write(shorter, 10_000);
        CheckerSpeed.write(longer, 100_000);
        assertTrue(kept(longer) <= kept(shorter) + 100, () -> "it grows");
    }
}
