package io.holdfast.client.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RetryTest {
    private static final BackOff BACK_OFF = new BackOff(50, 1_000);

    @Test
    void theBackOffDoublesUpToItsCapAndLeavesHalfToChance() {
        SplittableRandom random = new SplittableRandom(1);
        long[] fullMillis = {50, 100, 200, 400, 800, 1_000, 1_000};
        for (int failures = 1; failures <= fullMillis.length; failures++) {
            long full = fullMillis[failures - 1];
            for (int i = 0; i < 100; i++) {
                long delay = BACK_OFF.delayMillis(failures, random);
                assertTrue(delay >= full / 2 && delay <= full, failures + " failures gave " + delay);
            }
        }
        assertTrue(BACK_OFF.delayMillis(Integer.MAX_VALUE, random) <= 1_000);
    }

    @Test
    void aLongCapDoesNotOverflow() {
        long delay = new BackOff(86_400_000, Long.MAX_VALUE / 4).delayMillis(1_000, new SplittableRandom(1));
        assertTrue(delay > 0);
    }

    @Test
    void theNumberOfAttemptsIsBounded() {
        Retry retry = new Retry(BACK_OFF, Long.MAX_VALUE, 3, new SplittableRandom(1));
        assertTrue(retry.afterFailure(0).isPresent());
        assertTrue(retry.afterFailure(0).isPresent());
        assertEquals(OptionalLong.empty(), retry.afterFailure(0));
    }

    @Test
    void noAttemptIsStartedAtTheLimit() {
        assertEquals(OptionalLong.empty(), new Retry(BACK_OFF, 1_000, 3, new SplittableRandom(1)).afterFailure(976));
        assertTrue(new Retry(BACK_OFF, 1_000, 3, new SplittableRandom(1))
                .afterFailure(949)
                .isPresent());
    }
}
