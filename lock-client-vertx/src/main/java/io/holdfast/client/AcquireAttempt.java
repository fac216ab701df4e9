package io.holdfast.client;

import io.holdfast.client.core.Lease;
import io.holdfast.protocol.HolderView;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.vertx.core.Future;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One request for a lock, from sending it to a grant that may be trusted. To be used on the client's context only.
 */
final class AcquireAttempt {
    private static final int HOLDERS_NAMED = 3;

    private final Means means;
    private final Wish wish;
    private final @Nullable Session session;
    private final String requestId;
    private final long waitMillis;
    private final Owner owner;
    private final long sentMillis;
    private @Nullable Exchange<?> exchange;

    /** Whom the attempt is made for. */
    interface Owner {
        /** The attempt's result; called once. */
        void tried(AcquireAttempt attempt, Tried tried);

        /** A grant that came when the attempt had been answered with a time-out. */
        void late(Grant grant);
    }

    /**
     * An attempt that is about to start.
     *
     * @param session what to acquire in; null for a lease of its own
     * @param waitMillis how long the server may hold the request
     */
    AcquireAttempt(Means means, Wish wish, @Nullable Session session, String requestId, long waitMillis, Owner owner) {
        this.means = means;
        this.wish = wish;
        this.session = session;
        this.requestId = requestId;
        this.waitMillis = waitMillis;
        this.owner = owner;
        this.sentMillis = means.nowMillis();
    }

    void start() {
        HttpLockApi.AcquireCall call = means.api().acquire(wish.path(), body(), waitMillis, this::tooLate);
        exchange = call.exchange();
        call.reply().compose(this::replied).onSuccess(tried -> owner.tried(this, tried));
    }

    private byte[] body() {
        return wish.body(requestId, waitMillis, session == null ? null : session.id());
    }

    long sentMillis() {
        return sentMillis;
    }

    /** When the server has to have answered by. */
    long dueMillis() {
        return sentMillis + waitMillis;
    }

    /** The answer is not worth a long wait any more. */
    void hurry() {
        if (exchange != null) {
            exchange.hurry(means.requestTimeoutMillis());
        }
    }

    /** The answer does not matter any more. */
    void forget() {
        if (exchange != null) {
            exchange.forget();
        }
    }

    private void tooLate(ServerReply reply) {
        LockAnswer answer = reply.answer();
        if (answer != null && answer.status() == Status.ACQUIRED && answer.lockToken() != null) {
            means.level().note(answer);
            owner.late(grant(answer, answer.lockToken()));
        }
    }

    private Future<Tried> replied(ServerReply reply) {
        return switch (reply.outcome()) {
            case UNAVAILABLE -> Future.succeededFuture(Tried.unavailable(reply.detail(), reply.retryAfterMillis()));
            case UNKNOWN -> Future.succeededFuture(unknown(reply.detail()));
            case ANSWERED -> answered(reply.requireAnswer());
        };
    }

    private Future<Tried> answered(LockAnswer answer) {
        means.level().note(answer);
        Status status = answer.status();
        if (status == Status.ACQUIRED && answer.lockToken() != null) {
            return granted(grant(answer, answer.lockToken()));
        }
        if (status == Status.SESSION_NOT_FOUND && session != null) {
            session.gone();
            return Future.succeededFuture(Tried.sessionGone("its session is over"));
        }
        if (status.isSuccess()) {
            return Future.succeededFuture(unknown("the answer was " + status.wireName() + " without a usable grant"));
        }
        return Future.succeededFuture(
                switch (status) {
                    case QUEUED -> Tried.queued("its place in line was " + answer.position());
                    case BUSY, TIMEOUT -> Tried.busy(busy(answer));
                    case ENDED -> Tried.ended("the request is over already: " + answer.reason());
                    default -> Tried.refused(status, answer.message());
                });
    }

    private static String busy(LockAnswer answer) {
        List<HolderView> holders = answer.holders();
        if (answer.reason() != null) {
            return answer.message() + " (" + answer.reason() + ")";
        }
        if (holders == null || holders.isEmpty()) {
            return answer.message();
        }
        String names = holders.stream()
                .limit(HOLDERS_NAMED)
                .map(holder -> holder.clientId() == null ? "an anonymous client" : "'" + holder.clientId() + "'")
                .collect(Collectors.joining(", "));
        String more = holders.size() > HOLDERS_NAMED ? " and others" : "";
        return answer.message() + ": held by " + names + more;
    }

    private Grant grant(LockAnswer answer, String lockToken) {
        return Grant.of(wish, session, answer, lockToken, sentMillis, means.nowMillis());
    }

    private Future<Tried> granted(Grant grant) {
        if (grant.isLive(means.nowMillis())) {
            return Future.succeededFuture(Tried.granted(grant));
        }
        if (session != null) {
            return means.giveBack(grant).map(Tried.sessionGone("its session was lost before the grant arrived"));
        }
        // So late that by the sender's reckoning the lease may be over: only a heartbeat can tell.
        long beatSentMillis = means.nowMillis();
        return means.api()
                .heartbeat(grant.request(), means.requestTimeoutMillis())
                .compose(reply -> confirmed(grant, beatSentMillis, reply));
    }

    private Future<Tried> confirmed(Grant grant, long beatSentMillis, ServerReply reply) {
        if (reply.is(Status.HEARTBEAT_RECEIVED)) {
            Long told = HeldLock.remainingMillis(reply.requireAnswer());
            Lease lease = grant.lease();
            Lease renewed = lease.renewed(beatSentMillis, told == null ? lease.ttlMillis() : told);
            if (renewed.isLive(means.nowMillis())) {
                return Future.succeededFuture(Tried.granted(grant.withLease(renewed)));
            }
        }
        return means.giveBack(grant)
                .map(returned -> returned.result() == ReleaseResult.UNKNOWN
                        ? unknown("the grant came too late to be trusted and could not be given back")
                        : Tried.unavailable("the grant came too late to be trusted and was given back", 0));
    }

    private Tried unknown(String detail) {
        return Tried.unknown(
                detail + "; the lease is " + wish.likelyTtlMillis() + " ms unless the server has another default");
    }
}
