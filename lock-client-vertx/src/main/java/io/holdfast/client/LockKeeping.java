package io.holdfast.client;

import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.StatusAnswer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * What this client holds and is about to hold, so that closing it leaves nothing behind. To be used on the client's
 * context only.
 */
final class LockKeeping implements HeldLock.Keeper, AcquireKeeper, Sessions.Keeper {
    private final Callers callers;
    private final Means means;
    private final String clientId;
    private final @Nullable Sessions sessions;
    private final Set<HeldLock> held = new LinkedHashSet<>();
    private final Set<PatientAcquire> acquiring = new LinkedHashSet<>();
    private @Nullable Future<Void> closed;

    LockKeeping(Callers callers, Means means, LockClientOptions options) {
        this.callers = callers;
        this.means = means;
        this.clientId = options.clientId();
        Long ttlMillis = options.sessionTtl().map(Duration::toMillis).orElse(null);
        this.sessions = options.sessions() ? new Sessions(means, clientId, ttlMillis, this) : null;
        means.ticker().onWakeUp(this::wokeUp);
    }

    /** An acquire under way. */
    record Acquiring(PatientAcquire acquire, Future<Outcome> outcome) {}

    /**
     * What came of an acquire that did not fail.
     *
     * @param handle the lock; null if somebody else has it, and there was to be no wait
     */
    record Outcome(Tried tried, @Nullable LockHandle handle) {}

    /**
     * Starts an acquire.
     *
     * @throws IllegalStateException after close
     */
    Acquiring acquire(LockRequest request) {
        if (closed != null) {
            throw closedException();
        }
        PatientAcquire acquire = new PatientAcquire(means, new Wish(request, clientId), this);
        acquiring.add(acquire);
        Future<Outcome> outcome =
                acquire.start().onComplete(done -> acquiring.remove(acquire)).map(this::hold);
        return new Acquiring(acquire, outcome);
    }

    /** Makes sure that an acquire holds nothing, also if it was granted already. */
    Future<Void> giveUp(Acquiring acquiring) {
        Outcome outcome = acquiring.outcome().result();
        if (outcome != null) {
            return outcome.handle() == null
                    ? Future.succeededFuture()
                    : outcome.handle().release().mapEmpty();
        }
        return acquiring.acquire().giveUp(new CancellationException("the caller gave up waiting for the lock"));
    }

    Future<StatusAnswer> status(String name) {
        return closed == null ? means.api().status(name) : Future.failedFuture(closedException());
    }

    Future<Optional<LockBreak>> breakLock(BreakRequest request) {
        return closed == null ? means.api().breakLock(request) : Future.failedFuture(closedException());
    }

    Future<Void> close() {
        Future<Void> closing = closed;
        if (closing != null) {
            return closing;
        }
        Promise<Void> done = Promise.promise();
        closed = done.future();
        List.copyOf(acquiring).forEach(acquire -> acquire.giveUp(closedException()));
        Future<Void> sessionsClosed = sessions == null ? Future.succeededFuture() : sessions.close();
        List.copyOf(held).forEach(HeldLock::release);
        sessionsClosed.compose(ended -> settle()).onComplete(settled -> {
            means.errands().abandon();
            means.api().close();
            done.complete();
        });
        return done.future();
    }

    /** Succeeds when nothing is left that might still hold a lock, as far as the service answered. */
    private Future<Void> settle() {
        return means.api().whenQuiet().compose(quiet -> means.errands().told());
    }

    private Outcome hold(Tried tried) {
        Grant grant = tried.grant();
        if (grant == null) {
            return new Outcome(tried, null);
        }
        HeldLock lock = new HeldLock(means, grant, this, callers::report);
        held.add(lock);
        lock.start();
        return new Outcome(tried, new LockHandle(callers, lock));
    }

    /** A machine that slept has lost everything, whatever it is told next. */
    private void wokeUp() {
        if (sessions != null) {
            sessions.wokeUp();
        }
        List.copyOf(held).forEach(HeldLock::wokeUp);
    }

    @Override
    public Future<Sessions.Admission> admit(Wish wish) {
        return sessions == null || wish.ttlMillis() != null
                ? Future.succeededFuture(Sessions.Admission.WITHOUT)
                : sessions.admit();
    }

    @Override
    public boolean isAcquiring() {
        return !acquiring.isEmpty();
    }

    @Override
    public void over(HeldLock lock) {
        held.remove(lock);
        means.watchdog().forget(lock);
        Session session = lock.grant().session();
        if (session != null) {
            session.remove(lock);
        }
    }

    private static IllegalStateException closedException() {
        return new IllegalStateException("the lock client is closed");
    }
}
