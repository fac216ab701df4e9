package io.holdfast.client;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * The only place in the client where clocks are read: a monotonic one, which no change of the system's time moves, and
 * beside it the wall clock, which alone goes on while the machine sleeps. What the wall clock runs ahead by more than a
 * second counts as time that was slept, and is added. Thread-safe if the clocks it is made from are.
 */
final class TimeSource {
    /** The wall clock may run ahead by as much, by adjustments and by chance, without anything being amiss. */
    static final long SLEEP_MILLIS = 1_000;
    /** Small differences are forgiven that often, so that an adjustment spread over hours does not add up. */
    static final long FORGIVEN_EVERY_MILLIS = 60_000;
    /** A pair of readings that took longer was interrupted in the middle and tells nothing. */
    private static final long PAIR_NANOS = 10_000_000;

    private final LongSupplier nanoClock;
    private final LongSupplier wallClock;
    private final long startNanos;
    private final AtomicReference<Pace> pace;

    /**
     * How the clocks went together when last compared.
     *
     * @param aheadMillis the wall clock's reading less the monotonic one's
     * @param atMillis when, by the monotonic one
     * @param sleptMillis what was slept in all
     * @param sleeps how often
     */
    private record Pace(long aheadMillis, long atMillis, long sleptMillis, int sleeps) {}

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
        this.pace = new AtomicReference<>(new Pace(wallClock.getAsLong(), 0, 0, 0));
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
            compare(wallMillis - nowMillis, nowMillis);
        }
        return nowMillis;
    }

    private Pace pace() {
        return Objects.requireNonNull(pace.get());
    }

    private void compare(long aheadMillis, long nowMillis) {
        Pace known = pace();
        long gained = aheadMillis - known.aheadMillis();
        if (gained > SLEEP_MILLIS) {
            Pace woken = new Pace(aheadMillis, nowMillis, known.sleptMillis() + gained, known.sleeps() + 1);
            pace.compareAndSet(known, woken);
        } else if (gained < -SLEEP_MILLIS || nowMillis - known.atMillis() >= FORGIVEN_EVERY_MILLIS) {
            pace.compareAndSet(known, new Pace(aheadMillis, nowMillis, known.sleptMillis(), known.sleeps()));
        }
    }
}
