package io.holdfast.client.core;

import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/** Whether and when to try again: within a time limit and a number of attempts. Not thread-safe. */
public final class Retry {
    private final BackOff backOff;
    private final long untilMillis;
    private final int maxAttempts;
    private final RandomGenerator random;
    private int failures;

    /**
     * Before the first attempt.
     *
     * @param untilMillis no attempt is started from this moment on
     * @param maxAttempts attempts in all
     */
    public Retry(BackOff backOff, long untilMillis, int maxAttempts, RandomGenerator random) {
        this.backOff = backOff;
        this.untilMillis = untilMillis;
        this.maxAttempts = maxAttempts;
        this.random = random;
    }

    /** Records that an attempt failed. Returns the delay until the next one, or empty when that was the last. */
    public OptionalLong afterFailure(long nowMillis) {
        failures++;
        long delayMillis = backOff.delayMillis(failures, random);
        boolean another = failures < maxAttempts && nowMillis + delayMillis < untilMillis;
        return another ? OptionalLong.of(delayMillis) : OptionalLong.empty();
    }
}
