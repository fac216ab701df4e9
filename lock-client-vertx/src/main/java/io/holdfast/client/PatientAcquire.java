package io.holdfast.client;

import io.holdfast.client.core.AcquirePlan;
import io.holdfast.client.core.Agenda;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one lock until it is granted, refused for good, or the wait is over: by slices where the service keeps a line, by
 * trying again and again where it does not. When it ends without a lock, it leaves nothing behind: what the service may
 * keep for it is cancelled, and what was granted behind its back is given back. To be used on the client's context only.
 */
final class PatientAcquire implements AcquireAttempt.Owner {
    private final Means means;
    private final Wish wish;
    private final Function<Grant, Future<ReleaseResult>> returns;
    private final AcquirePlan plan;
    private final long startMillis;
    private final Promise<Grant> result = Promise.promise();
    /** Attempts that may still bring a grant, late ones included. */
    private final Set<AcquireAttempt> underWay = new LinkedHashSet<>();

    private String requestId;
    private @Nullable AcquireAttempt current;
    private Tried last = Tried.unknown("no answer came");
    /** Whether the service may keep a place or a lock for the request id. */
    private boolean exposed;
    /** The same, before the current attempt was sent. */
    private boolean exposedBefore;

    private boolean over;
    private @Nullable Future<Boolean> cancel;
    private Agenda.@Nullable Entry limitAlarm;
    private Agenda.@Nullable Entry nextAlarm;

    /** An acquire that starts now; {@code returns} gives back what is not wanted. */
    PatientAcquire(Means means, Wish wish, Function<Grant, Future<ReleaseResult>> returns) {
        this.means = means;
        this.wish = wish;
        this.returns = returns;
        this.startMillis = means.nowMillis();
        this.plan = new AcquirePlan(startMillis, wish.waitMillis(), wish.maxWaitPerRequestMillis(), means.random());
        this.requestId = means.requestIds().get();
    }

    Future<Grant> start() {
        if (!plan.isTry()) {
            // However short the wait, a first answer is waited for.
            limitAt(Math.max(plan.limitMillis(), startMillis + means.requestTimeoutMillis()));
        }
        ask();
        return result.future();
    }

    /**
     * Ends without a lock: fails with {@code cause}, unless there is a result already. The answer comes, and never fails,
     * when nothing is left behind or nothing more can be done about it.
     */
    Future<Void> giveUp(RuntimeException cause) {
        Future<Boolean> cancelled = end();
        result.tryFail(cause);
        return cancelled.mapEmpty();
    }

    /** Completes when nothing is left behind any more; for one that has ended without a lock. */
    Future<Void> cleared() {
        return end().mapEmpty();
    }

    private void ask() {
        nextAlarm = null;
        long nowMillis = means.nowMillis();
        long waitMillis = means.level().isBase() ? 0 : plan.sliceMillis(nowMillis);
        AcquireAttempt attempt = new AcquireAttempt(means, wish, requestId, waitMillis, this);
        current = attempt;
        underWay.add(attempt);
        exposedBefore = exposed;
        exposed = true;
        OptionalLong reattachMillis = waitMillis > 0 ? plan.reattachAfterMillis(nowMillis) : OptionalLong.empty();
        if (reattachMillis.isPresent()) {
            nextAlarm = means.ticker().after(reattachMillis.getAsLong(), this::ask);
        }
        attempt.start();
    }

    @Override
    public void tried(AcquireAttempt attempt, Tried tried) {
        if (tried.kind() != Tried.Kind.UNKNOWN) {
            underWay.remove(attempt);
        }
        Grant grant = tried.grant();
        if (grant != null) {
            granted(grant);
        } else if (!over && attempt == current) {
            cancelNext();
            last = tried;
            judge(attempt, tried);
        }
        // Anything else is the answer to a request that a newer one has replaced.
    }

    @Override
    public void late(Grant grant) {
        if (over || grant.lease().isLive(means.nowMillis())) {
            granted(grant);
        } else if (means.level().isBase()) {
            giveBack(grant);
        }
        // Else a repetition fetches it, or finds it ended.
    }

    @Override
    public Future<ReleaseResult> giveBack(Grant grant) {
        return returns.apply(grant);
    }

    private void granted(Grant grant) {
        if (over) {
            unwanted(grant);
            return;
        }
        over = true;
        cancelAlarms();
        forgetOthers();
        result.complete(grant);
    }

    private void unwanted(Grant grant) {
        boolean known = result.future().succeeded() && result.future().result().isSameHoldAs(grant);
        if (known) {
            return;
        }
        if (cancel == null) {
            giveBack(grant);
        } else {
            cancel.onSuccess(confirmed -> {
                if (!confirmed) {
                    giveBack(grant);
                }
            });
        }
    }

    private void judge(AcquireAttempt attempt, Tried tried) {
        boolean base = means.level().isBase();
        switch (tried.kind()) {
            case QUEUED -> answered();
            case BUSY -> {
                exposed = false;
                if (base && plan.isInDoubt()) {
                    // What is busy may well be held by an earlier request of this very acquire.
                    fail(unknown());
                    return;
                }
                answered();
            }
            case UNAVAILABLE -> exposed = exposedBefore;
            case ENDED -> {
                exposed = false;
                answered();
                requestId = means.requestIds().get();
            }
            case UNKNOWN -> {
                if (base) {
                    fail(unknown());
                    return;
                }
                plan.unanswered(means.nowMillis(), attempt.sentMillis(), attempt.dueMillis());
            }
            default -> {
                exposed = false;
                fail(tried.failure(wish.name()));
                return;
            }
        }
        goOn();
    }

    private void answered() {
        plan.answered();
        forgetOthers();
    }

    /** What a repetition has been answered with is all that the earlier requests can come to. */
    private void forgetOthers() {
        if (!means.level().isBase()) {
            forgetAll();
        }
    }

    private void forgetAll() {
        List<AcquireAttempt> attempts = List.copyOf(underWay);
        underWay.clear();
        attempts.forEach(AcquireAttempt::forget);
    }

    private void goOn() {
        long nowMillis = means.nowMillis();
        if (plan.isTry()) {
            if (!plan.isInDoubt()) {
                fail(last.failure(wish.name()));
                return;
            }
        } else if (plan.isOver(nowMillis)) {
            limitReached();
            return;
        } else {
            limitAt(plan.limitMillis());
        }
        OptionalLong delayMillis = plan.repeatAfterMillis(nowMillis);
        if (delayMillis.isPresent()) {
            nextAlarm = means.ticker().after(delayMillis.getAsLong(), this::ask);
        } else if (plan.endsInDoubt()) {
            fail(unknown());
        }
        // Else nothing more fits into the wait, and its end is near.
    }

    private void limitReached() {
        Future<Boolean> cancelled = end();
        RuntimeException timeOut = last.timeOut(wish.name(), means.nowMillis() - startMillis);
        if (cancel == null) {
            result.tryFail(last.kind() == Tried.Kind.UNKNOWN ? unknown() : timeOut);
            return;
        }
        Agenda.Entry guard = means.ticker().after(means.requestTimeoutMillis(), () -> result.tryFail(unknown()));
        cancelled.onSuccess(confirmed -> {
            means.ticker().cancel(guard);
            result.tryFail(confirmed ? timeOut : unknown());
        });
    }

    private void fail(RuntimeException cause) {
        end();
        result.tryFail(cause);
    }

    /** Nothing is asked for any more, and what the service may keep is cancelled. Says whether that was confirmed. */
    private Future<Boolean> end() {
        if (!over) {
            over = true;
            cancelAlarms();
            List.copyOf(underWay).forEach(AcquireAttempt::hurry);
            if (exposed && !means.level().isBase()) {
                cancel = CancelCall.start(means, wish.cancel(requestId)).onSuccess(this::cancelled);
            }
        }
        return cancel == null ? Future.succeededFuture(false) : cancel;
    }

    private void cancelled(boolean confirmed) {
        if (confirmed) {
            forgetAll();
        }
    }

    private RuntimeException unknown() {
        return Tried.unknown(last.detail()).failure(wish.name());
    }

    private void limitAt(long dueMillis) {
        if (limitAlarm == null || limitAlarm.dueMillis() > dueMillis) {
            cancelLimit();
            limitAlarm = means.ticker().at(dueMillis, this::limitReached);
        }
    }

    private void cancelLimit() {
        if (limitAlarm != null) {
            means.ticker().cancel(limitAlarm);
            limitAlarm = null;
        }
    }

    private void cancelNext() {
        if (nextAlarm != null) {
            means.ticker().cancel(nextAlarm);
            nextAlarm = null;
        }
    }

    private void cancelAlarms() {
        cancelLimit();
        cancelNext();
    }
}
