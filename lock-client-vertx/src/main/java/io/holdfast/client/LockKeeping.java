package io.holdfast.client;

import io.holdfast.client.core.LeaseKeeper;
import io.holdfast.protocol.StatusAnswer;
import io.holdfast.protocol.TokenRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * What this client holds and is about to hold, so that closing it leaves nothing behind. To be used on the client's
 * context only.
 */
final class LockKeeping {
    private final Callers callers;
    private final Means means;
    private final String clientId;
    private final Set<HeldLock> held = new LinkedHashSet<>();
    private final Set<PatientAcquire> acquiring = new LinkedHashSet<>();
    private final Set<Future<?>> ending = new LinkedHashSet<>();
    private @Nullable Future<Void> closed;

    LockKeeping(Callers callers, Means means, String clientId) {
        this.callers = callers;
        this.means = means;
        this.clientId = clientId;
    }

    /** An acquire under way. */
    record Acquiring(PatientAcquire acquire, Future<LockHandle> handle) {}

    /**
     * Starts an acquire.
     *
     * @throws IllegalStateException after close
     */
    Acquiring acquire(LockRequest request) {
        if (closed != null) {
            throw closedException();
        }
        PatientAcquire acquire = new PatientAcquire(means, new Wish(request, clientId), this::giveBack);
        acquiring.add(acquire);
        Future<LockHandle> handle = acquire.start()
                .onComplete(done -> acquiring.remove(acquire))
                .onFailure(cause -> untilEnded(acquire.cleared()))
                .map(this::hold);
        return new Acquiring(acquire, handle);
    }

    /** Makes sure that an acquire holds nothing, also if it was granted already. */
    Future<Void> giveUp(Acquiring acquiring) {
        if (acquiring.handle().succeeded()) {
            return acquiring.handle().result().release().mapEmpty();
        }
        return acquiring.acquire().giveUp(new CancellationException("the caller gave up waiting for the lock"));
    }

    Future<StatusAnswer> status(String name) {
        return closed == null ? means.api().status(name) : Future.failedFuture(closedException());
    }

    Future<Void> close() {
        Future<Void> closing = closed;
        if (closing != null) {
            return closing;
        }
        Promise<Void> done = Promise.promise();
        closed = done.future();
        List.copyOf(acquiring).forEach(acquire -> acquire.giveUp(closedException()));
        List.copyOf(held).forEach(HeldLock::release);
        settle().onComplete(settled -> {
            means.api().close();
            done.complete();
        });
        return done.future();
    }

    /** Succeeds when nothing is left that might still hold a lock. */
    private Future<Void> settle() {
        return means.api()
                .whenQuiet()
                .compose(quiet -> ending.isEmpty()
                        ? Future.succeededFuture()
                        : Future.join(new ArrayList<>(ending)).compose(ended -> settle()));
    }

    private LockHandle hold(Grant grant) {
        HeldLock lock = new HeldLock(
                means.api(),
                means.ticker(),
                grant.request(),
                new LeaseKeeper(grant.lease(), means.random()),
                means.requestTimeoutMillis(),
                this::release,
                held::remove);
        held.add(lock);
        lock.start();
        return new LockHandle(callers, lock, grant.names(), grant.fencingToken());
    }

    private Future<ReleaseResult> giveBack(Grant grant) {
        // Not limited by the grant's own deadline: for a grant that came too late that has passed already.
        return release(grant.request(), means.nowMillis() + grant.lease().ttlMillis());
    }

    private Future<ReleaseResult> release(TokenRequest request, long untilMillis) {
        return untilEnded(ReleaseCall.start(means.api(), means.ticker(), request, untilMillis, means.random()));
    }

    /** Closing the client waits for that. */
    private <T> Future<T> untilEnded(Future<T> end) {
        if (!end.isComplete()) {
            ending.add(end);
            end.onComplete(done -> ending.remove(end));
        }
        return end;
    }

    private static IllegalStateException closedException() {
        return new IllegalStateException("the lock client is closed");
    }
}
