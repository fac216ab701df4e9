package io.holdfast.client.core;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one lease alive, of a lock or of a session: says when to beat, what an answer means, and when the hold is lost. The caller asks {@link #step}
 * whenever {@link #dueMillis} has come, sends what it is told to send and reports what came back. Not thread-safe.
 */
public final class LeaseKeeper {
    private static final long MIN_REPEAT_MILLIS = 50;
    private static final long MIN_BEAT_TIMEOUT_MILLIS = 100;

    private final RandomGenerator random;
    private final BackOff repeatBackOff;
    private Lease lease;
    private @Nullable LossCause loss;
    private boolean ended;
    private boolean beating;
    private long beatSentMillis;
    private int failures;
    private long nextBeatMillis;

    /** What to do now. */
    public enum Step {
        NOTHING,
        /** Send a heartbeat; none is asked for again until its outcome was reported. */
        BEAT,
        /** The hold was lost at this moment; told once. */
        LOST
    }

    /** A hold that was just granted. */
    public LeaseKeeper(Lease lease, RandomGenerator random) {
        this.lease = lease;
        this.random = random;
        long ttl = lease.ttlMillis();
        this.repeatBackOff = new BackOff(Math.max(MIN_REPEAT_MILLIS, ttl / 90), Math.max(MIN_REPEAT_MILLIS, ttl / 9));
        planNextBeat();
    }

    /** What is known now, to be shown to the holder. */
    public Hold hold() {
        return new Hold(lease, loss, ended);
    }

    /** When {@link #step} is to be asked next. */
    public long dueMillis() {
        return beating ? lease.deadlineMillis() : Math.min(nextBeatMillis, lease.deadlineMillis());
    }

    /** Whether this hold needs no more attention: it was lost or is being given back. */
    public boolean isOver() {
        return ended || loss != null;
    }

    /**
     * How long to wait for the answer to a heartbeat: short enough that one that got stuck can be repeated before the
     * deadline, however short the lease.
     */
    public long beatTimeoutMillis(long requestTimeoutMillis) {
        return Math.min(requestTimeoutMillis, Math.max(MIN_BEAT_TIMEOUT_MILLIS, lease.ttlMillis() / 6));
    }

    /** What to do at that moment. */
    public Step step(long nowMillis) {
        if (isOver()) {
            return Step.NOTHING;
        }
        if (!lease.isLive(nowMillis)) {
            return lose(LossCause.SILENCE);
        }
        if (beating || nowMillis < nextBeatMillis) {
            return Step.NOTHING;
        }
        beating = true;
        beatSentMillis = nowMillis;
        return Step.BEAT;
    }

    /**
     * The heartbeat was confirmed. A confirmation that arrives after the deadline is too late: the holder may have been
     * told already, and lost is final.
     *
     * @param remainingMillis what the server says is left, or null if it does not say: then the whole lease
     */
    public Step beatConfirmed(long nowMillis, @Nullable Long remainingMillis) {
        if (isOver()) {
            return Step.NOTHING;
        }
        if (!lease.isLive(nowMillis)) {
            return lose(LossCause.SILENCE);
        }
        beating = false;
        failures = 0;
        lease = lease.renewed(beatSentMillis, remainingMillis == null ? lease.ttlMillis() : remainingMillis);
        planNextBeat();
        return Step.NOTHING;
    }

    /** The heartbeat had no answer that means anything; it is repeated after a back-off. */
    public Step beatFailed(long nowMillis) {
        if (isOver()) {
            return Step.NOTHING;
        }
        beating = false;
        failures++;
        nextBeatMillis = nowMillis + repeatBackOff.delayMillis(failures, random);
        return lease.isLive(nowMillis) ? Step.NOTHING : lose(LossCause.SILENCE);
    }

    /** The server said that the hold is no more. */
    public Step beatRefused(LossCause cause) {
        return isOver() ? Step.NOTHING : lose(cause);
    }

    /** The machine slept: what was held before is held no longer. */
    public Step slept() {
        return isOver() ? Step.NOTHING : lose(LossCause.SLEPT);
    }

    /** The next heartbeat is due at once, or when the one under way was answered. */
    public void beatSoon(long nowMillis) {
        nextBeatMillis = nowMillis;
    }

    /**
     * The holder gives the lock back: from now on nothing is sent and no answer counts.
     *
     * @return whether it was still held
     */
    public boolean end(long nowMillis) {
        if (loss == null && !ended && !lease.isLive(nowMillis)) {
            loss = LossCause.SILENCE;
        }
        boolean held = !isOver();
        ended = true;
        return held;
    }

    /** The server said, when the lock was given back, that it had been lost before. */
    public void foundLost(LossCause cause) {
        if (loss == null) {
            loss = cause;
        }
    }

    private Step lose(LossCause cause) {
        loss = cause;
        return Step.LOST;
    }

    /** Up to a tenth early, never late: locks taken together must not beat together for ever. */
    private void planNextBeat() {
        nextBeatMillis = lease.confirmedAtMillis()
                + Math.max(1, (long) (lease.beatIntervalMillis() * (0.9 + random.nextDouble() / 10)));
    }
}
