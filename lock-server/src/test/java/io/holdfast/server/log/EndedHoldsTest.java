package io.holdfast.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class EndedHoldsTest {
    private static final int MANY = 100_000;
    private static final int COLLIDING = 200;

    @Test
    void itContainsWhatWasAddedAndNothingElse() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        EndedHolds ended = new EndedHolds();
        Set<Long> expected = new HashSet<>();
        for (int i = 0; i < MANY; i++) {
            long token = drawn(random);
            ended.add(token);
            expected.add(token);
        }
        for (long token : expected) {
            assertTrue(ended.contains(token), token + ", -Dseed=" + seed);
        }
        for (int i = 0; i < MANY; i++) {
            long token = drawn(random);
            assertEquals(expected.contains(token), ended.contains(token), token + ", -Dseed=" + seed);
        }
    }

    /** Every other one of a few that begin at the same place, some of them drawn twice; never zero. */
    private static long drawn(Random random) {
        return random.nextBoolean() ? random.nextLong() | 1 : (long) random.nextInt(COLLIDING) << 40 | 1;
    }

    /** So a hold with such a token is not copied, which is always right. */
    @Test
    void itNeverSaysNoToZero() {
        EndedHolds ended = new EndedHolds();
        assertTrue(ended.contains(0));
        ended.add(0);
        assertTrue(ended.contains(0));
    }
}
