package io.holdfast.verification.checker;

/**
 * How far the rates of two clocks may be apart: 0.5 %. A length that a server has measured lasted at least
 * {@link #atLeast} and at most {@link #atMost} on the history's clock.
 */
final class Drift {
    /** Servers count whole milliseconds, so what they say is left may be almost one too much. */
    private static final long ROUNDING_MICROS = 1000;

    private Drift() {}

    static long atLeast(long micros) {
        return micros - micros / 200;
    }

    static long atMost(long micros) {
        return micros + micros / 200;
    }

    /** What is certainly left of a lease that was said to have so much left. */
    static long certainlyLeft(long remainingMicros) {
        return atLeast(Math.max(0, remainingMicros - ROUNDING_MICROS));
    }

    /** How long certainly passed when a server, whose clock ticks in milliseconds, says that it waited so long. */
    static long certainlyWaited(long waitedMicros) {
        return atLeast(Math.max(0, waitedMicros - ROUNDING_MICROS));
    }
}
