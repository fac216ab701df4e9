package io.holdfast.client;

import io.holdfast.client.core.Lease;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.Status;
import io.vertx.core.Future;

/**
 * One request for a lock, from sending it to a grant that may be trusted. A grant that comes when nobody waits for it
 * any more is given back. To be used on the client's context only.
 */
final class AcquireAttempt {
    private final HttpLockApi api;
    private final Ticker ticker;
    private final AcquireRequest request;
    private final long requestTimeoutMillis;
    private final Returns returns;
    private final long sentMillis;

    /** Takes what was granted and is not wanted. */
    interface Returns {
        Future<ReleaseResult> giveBack(Grant grant);
    }

    private AcquireAttempt(
            HttpLockApi api, Ticker ticker, AcquireRequest request, long requestTimeoutMillis, Returns returns) {
        this.api = api;
        this.ticker = ticker;
        this.request = request;
        this.requestTimeoutMillis = requestTimeoutMillis;
        this.returns = returns;
        this.sentMillis = ticker.nowMillis();
    }

    /** Sends the request; the answer never fails. A grant nobody can use is given back. */
    static Future<Tried> start(
            HttpLockApi api, Ticker ticker, AcquireRequest request, long requestTimeoutMillis, Returns returns) {
        AcquireAttempt attempt = new AcquireAttempt(api, ticker, request, requestTimeoutMillis, returns);
        return api.acquire(request, attempt::tooLate).compose(attempt::replied);
    }

    private void tooLate(ServerReply reply) {
        LockAnswer answer = reply.answer();
        if (answer != null && answer.status() == Status.ACQUIRED && answer.lockToken() != null) {
            returns.giveBack(Grant.of(request, answer, answer.lockToken(), sentMillis));
        }
    }

    private Future<Tried> replied(ServerReply reply) {
        return switch (reply.outcome()) {
            case UNAVAILABLE -> Future.succeededFuture(Tried.unavailable(reply.detail()));
            case UNKNOWN -> Future.succeededFuture(unknown(reply.detail()));
            case ANSWERED -> answered(reply.requireAnswer());
        };
    }

    private Future<Tried> answered(LockAnswer answer) {
        Status status = answer.status();
        if (status == Status.ACQUIRED && answer.lockToken() != null) {
            return granted(Grant.of(request, answer, answer.lockToken(), sentMillis));
        }
        if (status.isSuccess()) {
            return Future.succeededFuture(unknown("the answer was " + status.wireName() + " without a usable grant"));
        }
        return Future.succeededFuture(
                status == Status.BUSY ? Tried.busy(answer.message()) : Tried.refused(status, answer.message()));
    }

    private Future<Tried> granted(Grant grant) {
        if (grant.lease().isLive(ticker.nowMillis())) {
            return Future.succeededFuture(Tried.granted(grant));
        }
        // So late that by the sender's reckoning the lease may be over: only a heartbeat can tell.
        long beatSentMillis = ticker.nowMillis();
        return api.heartbeat(grant.request(), requestTimeoutMillis)
                .compose(reply -> confirmed(grant, beatSentMillis, reply));
    }

    private Future<Tried> confirmed(Grant grant, long beatSentMillis, ServerReply reply) {
        if (reply.is(Status.HEARTBEAT_RECEIVED)) {
            Long told = HeldLock.remainingMillis(reply.requireAnswer());
            Lease lease = grant.lease();
            Lease renewed = lease.renewed(beatSentMillis, told == null ? lease.ttlMillis() : told);
            if (renewed.isLive(ticker.nowMillis())) {
                return Future.succeededFuture(Tried.granted(grant.withLease(renewed)));
            }
        }
        return returns.giveBack(grant)
                .map(result -> result == ReleaseResult.UNKNOWN
                        ? unknown("the grant came too late to be trusted and could not be given back")
                        : Tried.unavailable("the grant came too late to be trusted and was given back"));
    }

    private Tried unknown(String detail) {
        long ttlMillis = request.terms().ttlMs() == null
                ? ProtocolLimits.DEFAULT_TTL_MS
                : request.terms().ttlMs();
        return Tried.unknown(detail + "; the lease is " + ttlMillis + " ms unless the server has another default");
    }
}
