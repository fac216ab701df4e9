package io.holdfast.client;

import java.util.function.LongSupplier;

/**
 * The only place in the client where a clock is read: a monotonic one, which no change of the system's time moves.
 * Thread-safe if the clock it is made from is.
 */
final class TimeSource {
    private final LongSupplier nanoClock;
    private final long startNanos;

    TimeSource(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
    }

    static TimeSource system() {
        return new TimeSource(System::nanoTime);
    }

    /** Milliseconds since this object was made. */
    long nowMillis() {
        return (nanoClock.getAsLong() - startNanos) / 1_000_000;
    }
}
