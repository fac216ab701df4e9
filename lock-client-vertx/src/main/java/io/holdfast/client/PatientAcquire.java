package io.holdfast.client;

import io.holdfast.client.core.AcquirePlan;
import io.holdfast.client.core.Agenda;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.Status;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one lock until it is granted, refused for good, or the wait is over: by slices where the service keeps a line, by
 * trying again and again where it does not. When it ends without a lock, it leaves nothing behind: what the service may
 * keep for it is cancelled, and what was granted behind its back is given back. To be used on the client's context only.
 */
final class PatientAcquire implements AcquireAttempt.Owner {
    private final Means means;
    private final Wish wish;
    private final AcquireKeeper keeper;
    private final AcquirePlan plan;
    private final long startMillis;
    private final Promise<Tried> result = Promise.promise();
    private final Attempts underWay = new Attempts();
    private final Alarm limit;
    private final Alarm next;

    private final AcquireIdentity identity;

    private boolean admitting;
    private boolean sessionChanged;
    private @Nullable AcquireAttempt current;
    private Tried last = Tried.unknown("no answer came");
    private boolean over;
    private @Nullable Errand cancel;

    /** An acquire that starts now. */
    PatientAcquire(Means means, Wish wish, AcquireKeeper keeper) {
        this.means = means;
        this.wish = wish;
        this.keeper = keeper;
        this.limit = new Alarm(means.ticker(), this::limitReached);
        this.next = new Alarm(means.ticker(), this::ask);
        this.startMillis = means.nowMillis();
        this.plan = new AcquirePlan(startMillis, wish.waitMillis(), wish.maxWaitPerRequestMillis(), means.random());
        this.identity = new AcquireIdentity(means, wish);
    }

    /** Starts. What comes is a grant or, if there was to be no wait, that somebody else has it; all else is a failure. */
    Future<Tried> start() {
        if (!plan.isTry()) {
            // However short the wait, a first answer is waited for.
            limit.at(Math.max(plan.limitMillis(), startMillis + means.requestTimeoutMillis()));
        }
        ask();
        return result.future();
    }

    /**
     * Ends without a lock: fails with {@code cause}, unless there is a result already. The answer comes, and never fails,
     * when nothing is left behind or nothing more can be done about it.
     */
    Future<Void> giveUp(RuntimeException cause) {
        end();
        result.tryFail(cause);
        return cancel == null ? Future.succeededFuture() : cancel.told().mapEmpty();
    }

    private void ask() {
        next.cancel();
        if (!admitting) {
            admitting = true;
            keeper.admit(wish).onSuccess(this::admitted);
        }
    }

    private void admitted(Sessions.Admission admission) {
        admitting = false;
        if (over) {
            return;
        }
        Tried failure = admission.failure();
        if (failure != null) {
            last = failure;
            goOn();
            return;
        }
        if (identity.isOfAnother(admission.session())) {
            startOver();
        }
        identity.useIn(admission.session());
        send(admission.session());
    }

    /** Another session, another request: what was asked for in the old one counts no more. */
    private void startOver() {
        identity.cancel();
        identity.renew();
        underWay.forget();
        plan.answered();
    }

    private void send(@Nullable Session session) {
        if (session != null) {
            plan.boundSlice(session.ttlMillis() * ProtocolLimits.MAX_WAIT_PER_TTL);
        }
        long nowMillis = means.nowMillis();
        long waitMillis = means.level().isBase() ? 0 : plan.sliceMillis(nowMillis);
        AcquireAttempt attempt = new AcquireAttempt(means, wish, session, identity.requestId(), waitMillis, this);
        current = attempt;
        underWay.add(attempt);
        identity.sending();
        OptionalLong reattachMillis = waitMillis > 0 ? plan.reattachAfterMillis(nowMillis) : OptionalLong.empty();
        reattachMillis.ifPresent(next::after);
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
            next.cancel();
            last = tried;
            judge(attempt, tried);
        }
        // Anything else is the answer to a request that a newer one has replaced.
    }

    @Override
    public void late(Grant grant) {
        if (over || grant.isLive(means.nowMillis())) {
            granted(grant);
        } else if (means.level().isBase()) {
            means.giveBack(grant);
        }
        // Else a repetition fetches it, or finds it ended.
    }

    private void granted(Grant grant) {
        if (over) {
            unwanted(grant);
            return;
        }
        over = true;
        cancelAlarms();
        forgetOthers();
        result.complete(Tried.granted(grant));
    }

    private void unwanted(Grant grant) {
        Tried told = result.future().result();
        if (told != null && told.grant() != null && told.grant().isSameHoldAs(grant)) {
            return;
        }
        if (cancel == null) {
            means.giveBack(grant);
        } else {
            cancel.end().onSuccess(reply -> {
                if (!reply.is(Status.CANCELLED)) {
                    means.giveBack(grant);
                }
            });
        }
    }

    private void judge(AcquireAttempt attempt, Tried tried) {
        boolean base = means.level().isBase();
        switch (tried.kind()) {
            case QUEUED -> answered();
            case BUSY -> {
                identity.settled();
                if (base && plan.isInDoubt()) {
                    // What is busy may well be held by an earlier request of this very acquire.
                    fail(unknown());
                    return;
                }
                answered();
            }
            case UNAVAILABLE -> identity.nothingHappened();
            case SESSION_GONE -> {
                identity.settled();
                answered();
                if (!sessionChanged && (plan.isTry() || !plan.isOver(means.nowMillis()))) {
                    sessionChanged = true;
                    ask();
                    return;
                }
            }
            case ENDED -> {
                answered();
                identity.renew();
            }
            case UNKNOWN -> {
                if (base) {
                    fail(unknown());
                    return;
                }
                plan.unanswered(means.nowMillis(), attempt.sentMillis(), attempt.dueMillis());
            }
            default -> identity.settled();
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
            underWay.forget();
        }
    }

    private void goOn() {
        long nowMillis = means.nowMillis();
        if (last.kind() == Tried.Kind.REFUSED || (plan.isTry() && !plan.isInDoubt())) {
            if (last.kind() == Tried.Kind.BUSY) {
                end();
                result.tryComplete(last);
            } else {
                fail(last.failure(wish.name()));
            }
            return;
        }
        if (!plan.isTry()) {
            if (plan.isOver(nowMillis)) {
                limitReached();
                return;
            }
            limit.atLatest(plan.limitMillis());
        }
        OptionalLong delayMillis = plan.repeatAfterMillis(nowMillis, last.retryAfterMillis());
        if (delayMillis.isPresent()) {
            next.after(delayMillis.getAsLong());
        } else if (plan.endsInDoubt()) {
            fail(unknown());
        }
        // Else nothing more fits into the wait, and its end is near.
    }

    private void limitReached() {
        end();
        RuntimeException timeOut = last.timeOut(wish.name(), means.nowMillis() - startMillis);
        if (cancel == null) {
            result.tryFail(last.kind() == Tried.Kind.UNKNOWN ? unknown() : timeOut);
            return;
        }
        Agenda.Entry guard = means.ticker().after(means.requestTimeoutMillis(), () -> result.tryFail(unknown()));
        cancel.end().onSuccess(reply -> {
            means.ticker().cancel(guard);
            result.tryFail(reply.is(Status.CANCELLED) ? timeOut : unknown());
        });
    }

    private void fail(RuntimeException cause) {
        end();
        result.tryFail(cause);
    }

    /** Nothing is asked for any more, and what the service may keep is cancelled. */
    private void end() {
        if (over) {
            return;
        }
        over = true;
        cancelAlarms();
        underWay.hurry();
        cancel = identity.cancel();
        if (cancel != null) {
            cancel.end().onSuccess(reply -> {
                if (reply.is(Status.CANCELLED)) {
                    underWay.forget();
                }
            });
        }
    }

    private RuntimeException unknown() {
        return Tried.unknown(last.detail()).failure(wish.name());
    }

    private void cancelAlarms() {
        limit.cancel();
        next.cancel();
    }
}
