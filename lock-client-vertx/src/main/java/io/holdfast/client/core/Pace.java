package io.holdfast.client.core;

/**
 * How a monotonic clock and the wall clock go together, by which it is noticed that the machine slept: the wall clock alone
 * goes on then. Immutable.
 *
 * @param aheadMillis the wall clock's reading less the monotonic one's, when last compared
 * @param atMillis when that was, by the monotonic one
 * @param sleptMillis what was slept in all
 * @param sleeps how often
 */
public record Pace(long aheadMillis, long atMillis, long sleptMillis, int sleeps) {
    /** The wall clock may run ahead by as much, by adjustments and by chance, without anything being amiss. */
    static final long SLEEP_MILLIS = 1_000;
    /** Small differences are forgiven that often, so that an adjustment spread over hours does not add up. */
    static final long FORGIVEN_EVERY_MILLIS = 60_000;

    /** Before anything was slept. */
    public static Pace begin(long wallMillis, long monotonicMillis) {
        return new Pace(wallMillis - monotonicMillis, monotonicMillis, 0, 0);
    }

    /** What two readings made at the same moment tell; this same object if that is nothing new. */
    public Pace compared(long wallMillis, long monotonicMillis) {
        long ahead = wallMillis - monotonicMillis;
        long gained = ahead - aheadMillis;
        if (gained > SLEEP_MILLIS) {
            return new Pace(ahead, monotonicMillis, sleptMillis + gained, sleeps + 1);
        }
        boolean forgiven = gained < -SLEEP_MILLIS || monotonicMillis - atMillis >= FORGIVEN_EVERY_MILLIS;
        return forgiven ? new Pace(ahead, monotonicMillis, sleptMillis, sleeps) : this;
    }
}
