package io.holdfast.client;

import io.holdfast.client.core.Pace;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * The only place in the client where clocks are read: a monotonic one, which no change of the system's time moves, and
 * beside it the wall clock, which alone goes on while the machine sleeps. What the wall clock runs ahead by counts as time
 * that was slept, and is added. Thread-safe if the clocks it is made from are.
 */
final class TimeSource {
    /** A pair of readings that took longer was interrupted in the middle and tells nothing. */
    private static final long PAIR_NANOS = 10_000_000;

    private final LongSupplier nanoClock;
    private final LongSupplier wallClock;
    private final long startNanos;
    private final AtomicReference<Pace> pace;

    /**
     * From two clocks.
     *
     * @param nanoClock monotonic, in nanoseconds
     * @param wallClock the time of day, in milliseconds
     */
    TimeSource(LongSupplier nanoClock, LongSupplier wallClock) {
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
        this.startNanos = nanoClock.getAsLong();
        this.pace = new AtomicReference<>(Pace.begin(wallClock.getAsLong(), 0));
    }

    static TimeSource system() {
        return new TimeSource(System::nanoTime, System::currentTimeMillis);
    }

    /** Milliseconds since this object was made, those slept included. */
    long nowMillis() {
        return look() + pace().sleptMillis();
    }

    /** How often the machine was found to have slept. */
    int sleeps() {
        look();
        return pace().sleeps();
    }

    /** Compares the clocks, and answers with the monotonic one's reading. */
    private long look() {
        long beforeNanos = nanoClock.getAsLong();
        long wallMillis = wallClock.getAsLong();
        long afterNanos = nanoClock.getAsLong();
        long nowMillis = (afterNanos - startNanos) / 1_000_000;
        if (afterNanos - beforeNanos <= PAIR_NANOS) {
            Pace known = pace();
            pace.compareAndSet(known, known.compared(wallMillis, nowMillis));
        }
        return nowMillis;
    }

    private Pace pace() {
        return Objects.requireNonNull(pace.get());
    }
}
