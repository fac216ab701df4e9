package io.holdfast.client;

import io.holdfast.client.core.LeaseKeeper;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.StatusAnswer;
import io.holdfast.protocol.TokenRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What this client holds and is about to hold, so that closing it leaves nothing behind. To be used on the client's
 * context only.
 */
final class LockKeeping {
    private final Callers callers;
    private final HttpLockApi api;
    private final Ticker ticker;
    private final LockClientOptions options;
    private final RandomGenerator random;
    private final long requestTimeoutMillis;
    private final Set<HeldLock> held = new LinkedHashSet<>();
    private final Set<PatientAcquire> acquiring = new LinkedHashSet<>();
    private final Set<Future<ReleaseResult>> ending = new LinkedHashSet<>();
    private @Nullable Future<Void> closed;

    LockKeeping(Callers callers, HttpLockApi api, Ticker ticker, LockClientOptions options, RandomGenerator random) {
        this.callers = callers;
        this.api = api;
        this.ticker = ticker;
        this.options = options;
        this.random = random;
        this.requestTimeoutMillis = options.requestTimeout().toMillis();
    }

    Future<Optional<LockHandle>> tryAcquire(String name) {
        return acquire(name, AcquireOptions.defaults().withWaitLimit(Duration.ZERO))
                .map(Optional::of)
                .recover(
                        cause -> isBusy(cause) ? Future.succeededFuture(Optional.empty()) : Future.failedFuture(cause));
    }

    Future<LockHandle> acquire(String name, AcquireOptions how) {
        if (closed != null) {
            return Future.failedFuture(closedException());
        }
        AcquireRequest request = AcquireRequest.tryOnce(name, options.clientId(), how.ttlMillis());
        PatientAcquire acquire = new PatientAcquire(
                name,
                how.waitLimit().toMillis(),
                () -> AcquireAttempt.start(api, ticker, request, requestTimeoutMillis, this::giveBack),
                this::giveBack,
                ticker,
                random);
        acquiring.add(acquire);
        return acquire.start().onComplete(done -> acquiring.remove(acquire)).map(this::hold);
    }

    Future<StatusAnswer> status(String name) {
        return closed == null ? api.status(name) : Future.failedFuture(closedException());
    }

    Future<Void> close() {
        Future<Void> closing = closed;
        if (closing != null) {
            return closing;
        }
        Promise<Void> done = Promise.promise();
        closed = done.future();
        List.copyOf(acquiring).forEach(acquire -> acquire.abandon(closedException()));
        List.copyOf(held).forEach(HeldLock::release);
        settle().onComplete(settled -> {
            api.close();
            done.complete();
        });
        return done.future();
    }

    /** Succeeds when nothing is left that might still hold a lock. */
    private Future<Void> settle() {
        return api.whenIdle()
                .compose(idle -> ending.isEmpty()
                        ? Future.succeededFuture()
                        : Future.join(new ArrayList<>(ending)).compose(ended -> settle()));
    }

    private LockHandle hold(Grant grant) {
        HeldLock lock = new HeldLock(
                api,
                ticker,
                grant.request(),
                new LeaseKeeper(grant.lease(), random),
                requestTimeoutMillis,
                this::release,
                held::remove);
        held.add(lock);
        lock.start();
        return new LockHandle(callers, lock, grant.fencingToken());
    }

    private Future<ReleaseResult> giveBack(Grant grant) {
        // Not limited by the grant's own deadline: for a grant that came too late that has passed already.
        return release(grant.request(), ticker.nowMillis() + grant.lease().ttlMillis());
    }

    private Future<ReleaseResult> release(TokenRequest request, long untilMillis) {
        Future<ReleaseResult> release = ReleaseCall.start(api, ticker, request, untilMillis, random);
        if (!release.isComplete()) {
            ending.add(release);
            release.onComplete(done -> ending.remove(release));
        }
        return release;
    }

    private static boolean isBusy(Throwable cause) {
        return cause instanceof LockRefusedException refused && refused.status() == Status.BUSY;
    }

    private static IllegalStateException closedException() {
        return new IllegalStateException("the lock client is closed");
    }
}
