package io.holdfast.client;

import io.holdfast.client.core.Lease;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.TokenRequest;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A lock the server granted, as the client understood it. Immutable; {@link #toString} leaves the token out, because it
 * is a secret.
 *
 * @param names the resources
 * @param request resource and token, as heartbeat and release send them
 * @param fencingToken empty if the server knows only the base of the protocol
 * @param lease until when the grant may be trusted, were it alone
 * @param session whose lease it really has; null if it has its own
 */
record Grant(
        List<String> names,
        TokenRequest request,
        OptionalLong fencingToken,
        Lease lease,
        @Nullable Session session) {

    /**
     * Reads a grant that answers a request sent at {@code sentMillis}. A server that does not tell the lease's length
     * knows only the base, where it is always the default; should it be shorter after all, then as short as asked for.
     */
    static Grant of(
            Wish wish,
            @Nullable Session session,
            LockAnswer answer,
            String lockToken,
            long sentMillis,
            long nowMillis) {
        long ttl = answer.ttlMs() == null
                ? Math.min(wish.likelyTtlMillis(), ProtocolLimits.DEFAULT_TTL_MS)
                : bounded(answer.ttlMs());
        long remaining = answer.remainingMs() == null ? ttl : bounded(answer.remainingMs());
        // It cannot have waited for longer than there was time for.
        long waited = answer.waitedMs() == null ? 0 : Math.max(0, Math.min(answer.waitedMs(), nowMillis - sentMillis));
        Long fence = answer.fencingToken();
        return new Grant(
                wish.names(),
                new TokenRequest(wish.name(), lockToken),
                fence == null ? OptionalLong.empty() : OptionalLong.of(fence),
                Lease.granted(sentMillis, waited, ttl, remaining),
                session);
    }

    /** Whether the lock may be trusted at that moment. */
    boolean isLive(long nowMillis) {
        return session == null ? lease.isLive(nowMillis) : session.isLive();
    }

    /** Whether both are of the same hold. */
    boolean isSameHoldAs(Grant other) {
        return request.lockToken().equals(other.request.lockToken());
    }

    Grant withLease(Lease renewed) {
        return new Grant(names, request, fencingToken, renewed, session);
    }

    /** A length as the protocol allows it: what a broken server says must not overflow anything. */
    static long bounded(long millis) {
        return Math.max(0, Math.min(ProtocolLimits.MAX_TTL_MS, millis));
    }
}
