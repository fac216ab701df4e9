package io.holdfast.client.core;

import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * When to ask (again) for one lock, and when to stop. A long wait is a row of slices: each request is held by the server
 * for one slice, and the next is sent before that ends, so that the place in line is never left. A request that may have
 * taken effect without the client knowing puts the acquire <em>in doubt</em>; it is repeated then, but only for so long as
 * the server is sure to remember it. Not thread-safe.
 */
public final class AcquirePlan {
    static final long SLICE_MILLIS = 20_000;
    static final long REATTACH_EARLY_MILLIS = 1_000;
    static final long REPEAT_WINDOW_MILLIS = 10_000;
    /** A request that lives that long is held by a server, and not by something on the way that cannot reach one. */
    static final long HELD_MILLIS = 1_000;

    private static final BackOff BACK_OFF = new BackOff(50, 1_000);

    private final long startMillis;
    private final long waitMillis;
    private long maxSliceMillis;
    private final RandomGenerator random;
    private int failures;
    private OptionalLong doubtSinceMillis = OptionalLong.empty();

    /**
     * An acquire that starts now.
     *
     * @param waitMillis how long the caller wants to wait; 0 to try once
     * @param maxWaitPerRequestMillis the server holds no request for longer
     */
    public AcquirePlan(long startMillis, long waitMillis, long maxWaitPerRequestMillis, RandomGenerator random) {
        this.startMillis = startMillis;
        this.waitMillis = waitMillis;
        this.maxSliceMillis = Math.min(SLICE_MILLIS, maxWaitPerRequestMillis);
        this.random = random;
    }

    /** The server holds no request for longer than that, either. */
    public void boundSlice(long maxWaitPerRequestMillis) {
        maxSliceMillis = Math.min(maxSliceMillis, maxWaitPerRequestMillis);
    }

    /** Whether the caller wants one answer and no waiting. */
    public boolean isTry() {
        return waitMillis == 0;
    }

    /** When the wait is over. */
    public long limitMillis() {
        return startMillis + waitMillis;
    }

    /** Whether the caller has waited for as long as it wanted. */
    public boolean isOver(long nowMillis) {
        return nowMillis >= limitMillis();
    }

    /** How long the server is to hold a request that is sent now. */
    public long sliceMillis(long nowMillis) {
        return Math.max(0, Math.min(maxSliceMillis, limitMillis() - nowMillis));
    }

    /**
     * How long after a request that is sent now the next one is to follow, so that the place in line is taken over before
     * the server lets go of it; empty if this slice is the last.
     */
    public OptionalLong reattachAfterMillis(long nowMillis) {
        long slice = sliceMillis(nowMillis);
        boolean last = nowMillis + slice >= limitMillis();
        return last ? OptionalLong.empty() : OptionalLong.of(Math.max(slice / 2, slice - REATTACH_EARLY_MILLIS));
    }

    /** The server said where this acquire stands. */
    public void answered() {
        doubtSinceMillis = OptionalLong.empty();
    }

    /**
     * A request ended without an answer that says what came of it. From the moment its answer was due nothing was heard of
     * the server; but one that broke off while the server was holding it had been in good hands until then.
     *
     * @param dueMillis when its answer was due
     */
    public void unanswered(long nowMillis, long sentMillis, long dueMillis) {
        boolean wasHeld = nowMillis < dueMillis && nowMillis - sentMillis >= HELD_MILLIS;
        if (doubtSinceMillis.isEmpty() || wasHeld) {
            doubtSinceMillis = OptionalLong.of(Math.min(nowMillis, dueMillis));
        }
    }

    /** Whether an earlier request may have taken effect. */
    public boolean isInDoubt() {
        return doubtSinceMillis.isPresent();
    }

    /** Whether, when no repetition is left, the doubt is what ended the acquire, and not the wait's own limit. */
    public boolean endsInDoubt() {
        return isInDoubt() && (isTry() || windowEndMillis() <= limitMillis());
    }

    /**
     * The delay until the next request after one that brought no grant; empty if there is to be none.
     *
     * @param atLeastMillis how long the server asks to be left alone
     */
    public OptionalLong repeatAfterMillis(long nowMillis, long atLeastMillis) {
        failures++;
        long delayMillis = Math.max(atLeastMillis, BACK_OFF.delayMillis(failures, random));
        return nowMillis + delayMillis < lastRepeatMillis() ? OptionalLong.of(delayMillis) : OptionalLong.empty();
    }

    /** From here on nothing is sent any more. A try has no limit of its own while it is in doubt. */
    private long lastRepeatMillis() {
        if (!isInDoubt()) {
            return limitMillis();
        }
        return isTry() ? windowEndMillis() : Math.min(windowEndMillis(), limitMillis());
    }

    private long windowEndMillis() {
        return doubtSinceMillis.getAsLong() + REPEAT_WINDOW_MILLIS;
    }
}
