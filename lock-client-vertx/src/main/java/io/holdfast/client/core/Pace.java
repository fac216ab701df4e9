package io.holdfast.client.core;

/**
 * How a monotonic clock and the wall clock go together, by which it is noticed that the machine slept: the wall clock alone
 * goes on then. What it runs ahead by is time that passed for everybody else, so it is added, however little; that a clock was
 * put forward looks the same, and makes a lease end early instead of late. More than a second is a sleep. Immutable.
 *
 * @param aheadMillis the wall clock's reading less the monotonic one's, when last compared
 * @param atMillis when that was, by the monotonic one
 * @param sleptMillis what was slept in all
 * @param sleeps how often for longer than a second
 */
public record Pace(long aheadMillis, long atMillis, long sleptMillis, int sleeps) {
    static final long SLEEP_MILLIS = 1_000;
    /** Two readings that were not made at quite the same moment. A fifth of what a lease of a second leaves for errors. */
    static final long NOISE_MILLIS = 20;
    /** Less than that is forgotten that often, so that an adjustment spread over hours does not add up. */
    static final long FORGIVEN_EVERY_MILLIS = 60_000;

    /** Before anything was slept. */
    public static Pace begin(long wallMillis, long monotonicMillis) {
        return new Pace(wallMillis - monotonicMillis, monotonicMillis, 0, 0);
    }

    /** What two readings made at the same moment tell; this same object if that is nothing new. */
    public Pace compared(long wallMillis, long monotonicMillis) {
        long ahead = wallMillis - monotonicMillis;
        long gained = ahead - aheadMillis;
        if (gained > NOISE_MILLIS) {
            int more = gained > SLEEP_MILLIS ? 1 : 0;
            return new Pace(ahead, monotonicMillis, sleptMillis + gained, sleeps + more);
        }
        boolean forgotten = gained < -NOISE_MILLIS || monotonicMillis - atMillis >= FORGIVEN_EVERY_MILLIS;
        return forgotten ? new Pace(ahead, monotonicMillis, sleptMillis, sleeps) : this;
    }
}
