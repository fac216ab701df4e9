package io.holdfast.client.core;

import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: doubling from a first delay up to a cap, of which half is left to chance, so
 * that clients that failed together do not come back together. Immutable.
 *
 * @param firstMillis the delay after the first failure, before jitter; at least 1
 * @param capMillis no delay is longer
 */
public record BackOff(long firstMillis, long capMillis) {
    private static final int MAX_DOUBLINGS = 30;

    /** The delay after that many failures in a row, between one half of the full delay and the whole. */
    public long delayMillis(int failures, RandomGenerator random) {
        int doublings = Math.min(Math.max(0, failures - 1), MAX_DOUBLINGS);
        long full = Math.min(capMillis, firstMillis << doublings);
        return Math.max(1, (long) (full * (0.5 + random.nextDouble() / 2)));
    }
}
