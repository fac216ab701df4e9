package io.holdfast.client;

import io.holdfast.client.core.Hold;
import io.holdfast.client.core.LossCause;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A lock that was acquired. The client renews its lease in the background until it is released or lost. This class is
 * thread-safe; its questions are answered at once, by the clock, also while the event loop is stuck.
 *
 * <p>Holding a lock does not stop time: between {@link #isHeld} and the write it protects the lock can be lost. Send
 * {@link #fencingToken} with every such write and let the store reject one that is lower than it has seen.
 */
public final class LockHandle {
    private final Callers callers;
    private final HeldLock lock;
    private volatile boolean releaseAsked;

    LockHandle(Callers callers, HeldLock lock) {
        this.callers = callers;
        this.lock = lock;
    }

    /** The resource; of a set the first one that was asked for, which stands for all. */
    public String name() {
        return lock.request().resourceName();
    }

    /** All resources this lock is on, in the order they were asked for; one, unless it is a set. */
    public List<String> names() {
        return lock.grant().names();
    }

    /** The secret that proves the hold; not to be logged or handed to others. */
    public String token() {
        return lock.request().lockToken();
    }

    /**
     * The public number of this hold; higher than that of any hold granted before, of any resource.
     *
     * @throws UnsupportedOperationException if the server gives none; then nothing protects a write that comes too late
     */
    public long fencingToken() {
        return lock.fencingToken()
                .orElseThrow(() -> new UnsupportedOperationException(
                        "the server gave no fencing token for lock '" + name() + "': it knows only the base protocol"));
    }

    /** Whether the lock is held now. */
    public boolean isHeld() {
        return !releaseAsked && lock.hold().isHeld(lock.nowMillis());
    }

    /** How this handle stands with its lock now. */
    public HoldState state() {
        Hold hold = lock.hold();
        long nowMillis = lock.nowMillis();
        if (hold.lossAt(nowMillis) != null) {
            return HoldState.LOST;
        }
        if (releaseAsked || hold.ended()) {
            return HoldState.RELEASED;
        }
        return hold.lease().isAtRisk(nowMillis) ? HoldState.AT_RISK : HoldState.HELD;
    }

    /** How long the lock stays held if no further heartbeat succeeds; zero when it is not held, never negative. */
    public Duration remaining() {
        return releaseAsked ? Duration.ZERO : Duration.ofMillis(lock.hold().remainingMillis(lock.nowMillis()));
    }

    /**
     * Completes with the reason when the lock is lost. Never fails, and never completes if the lock is released in time.
     */
    public Future<LossReason> lost() {
        return callers.call(lock::lost);
    }

    /**
     * Has {@code listener} told once why the lock is lost, as soon as anybody notices: on the client's event loop or, when
     * that is stuck, on the client's watchdog thread, no later than 50 milliseconds after the deadline. If it is lost
     * already, at once, on this thread. A lock that is released in time tells nobody.
     *
     * <p>The listener must not wait, and has to bear any of these threads: it is meant to set a flag, or to interrupt the
     * thread that does the work. What it throws is reported as an uncaught exception of the client's context.
     */
    public void onLost(Consumer<LossReason> listener) {
        lock.onLost(listener);
    }

    /**
     * Completes when the server says that somebody else waits for what this lock is on, which its next heartbeat learns: a
     * good moment to finish early. Never fails; never completes if nobody asks, or if the lock has a lease of its own, of
     * which the server does not tell.
     */
    public Future<Void> wanted() {
        return callers.call(lock::wanted);
    }

    /**
     * Returns if the lock is held and will be for at least that long, and throws otherwise. At most 0.9 of the lease can
     * be asked for with any hope.
     *
     * @throws LockLostException if it is not; then do not begin the step this was asked for. Its reason is
     *     {@link LossReason#EXPIRED} when only too little is left, {@link LossReason#NOT_HELD} after a release
     */
    public void ensureHeld(Duration atLeast) {
        Hold hold = lock.hold();
        long nowMillis = lock.nowMillis();
        LossCause cause = hold.lossAt(nowMillis);
        if (cause != null) {
            throw lostBecause(LossReason.of(cause), "was lost");
        }
        if (releaseAsked || hold.ended()) {
            throw lostBecause(LossReason.NOT_HELD, "was released");
        }
        Duration left = Duration.ofMillis(hold.lease().remainingMillis(nowMillis));
        if (left.compareTo(atLeast) < 0) {
            throw lostBecause(LossReason.EXPIRED, "is held for " + left + " only, not for " + atLeast);
        }
    }

    /**
     * Gives the lock back. Heartbeats have stopped when the request is sent. Never fails; calling it again is harmless
     * and gives the same result. A server that does not answer is asked three times at most.
     */
    public Future<ReleaseResult> release() {
        releaseAsked = true;
        // All that can fail is to reach the client, whose Vert.x was closed: then the lease ends the lock.
        return callers.call(lock::release).otherwise(ReleaseResult.UNKNOWN);
    }

    LockLostException lostBecause(LossReason reason, String detail) {
        return new LockLostException(name(), lock.fencingToken(), reason, detail, lock.detail());
    }

    /** Why the lock is lost, as far as it is known now; {@link LossReason#NOT_HELD} if it is not known to be. */
    LossReason lossReason() {
        LossCause cause = lock.hold().lossAt(lock.nowMillis());
        return cause == null ? LossReason.NOT_HELD : LossReason.of(cause);
    }

    @Override
    public String toString() {
        OptionalLong fencingToken = lock.fencingToken();
        return "LockHandle[name=" + name() + ", fencingToken="
                + (fencingToken.isPresent() ? fencingToken.getAsLong() : "none") + ", state=" + state() + "]";
    }
}
