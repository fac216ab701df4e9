package io.holdfast.client;

import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A lock that was asked for. This class is thread-safe.
 *
 * <p>Whoever stops waiting for {@link #future} has to {@link #giveUp}, or may be granted a lock that nobody releases.
 */
public final class PendingLock {
    private final Callers callers;
    private final LockKeeping locks;
    private final String name;
    private final Future<LockKeeping.Outcome> outcome;
    /** Touched on the client's context only; null if the client was closed. */
    private LockKeeping.@Nullable Acquiring acquiring;

    private PendingLock(Callers callers, LockKeeping locks, LockRequest request) {
        this.callers = callers;
        this.locks = locks;
        this.name = request.claims().get(0).resourceName();
        this.outcome = callers.call(() -> {
            LockKeeping.Acquiring begun = locks.acquire(request);
            acquiring = begun;
            return begun.outcome();
        });
    }

    static PendingLock begin(Callers callers, LockKeeping locks, LockRequest request) {
        return new PendingLock(callers, locks, request);
    }

    /** The lock, or why it was not granted; fails with {@link CancellationException} after {@link #giveUp}. */
    public Future<LockHandle> future() {
        return outcome.compose(done -> done.handle() == null
                ? Future.failedFuture(done.tried().failure(name))
                : Future.succeededFuture(done.handle()));
    }

    /**
     * As {@link #future}, but empty where there was to be no wait and somebody else has the lock: that is what a try is for,
     * and no failure of it.
     */
    public Future<Optional<LockHandle>> tried() {
        return outcome.map(done -> Optional.ofNullable(done.handle()));
    }

    /**
     * Gives up, so that nothing is left behind: who waits leaves the line, and a lock that was granted already is released,
     * whether or not its handle has been seen. Never fails; calling it again is harmless. Completes when the service has
     * answered, or does not answer for a few request time-outs.
     */
    public Future<Void> giveUp() {
        return callers.call(() -> acquiring == null ? Future.succeededFuture() : locks.giveUp(acquiring));
    }
}
