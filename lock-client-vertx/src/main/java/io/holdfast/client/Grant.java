package io.holdfast.client;

import io.holdfast.client.core.Lease;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.TokenRequest;
import java.util.OptionalLong;

/**
 * A lock the server granted, as the client understood it. Immutable; {@link #toString} leaves the token out, because it
 * is a secret.
 *
 * @param request resource and token, as heartbeat and release send them
 * @param fencingToken empty if the server knows only the base of the protocol
 * @param lease until when the grant may be trusted
 */
record Grant(TokenRequest request, OptionalLong fencingToken, Lease lease) {

    /**
     * Reads a grant that answers a request sent at {@code sentMillis}. A server that does not tell the lease's length
     * knows only the base, where it is always the default; should it be shorter after all, then as short as asked for.
     */
    static Grant of(AcquireRequest request, LockAnswer answer, String lockToken, long sentMillis) {
        long asked = request.terms().ttlMs() == null
                ? ProtocolLimits.DEFAULT_TTL_MS
                : request.terms().ttlMs();
        long ttl = answer.ttlMs() == null ? Math.min(asked, ProtocolLimits.DEFAULT_TTL_MS) : bounded(answer.ttlMs());
        long remaining = answer.remainingMs() == null ? ttl : bounded(answer.remainingMs());
        Long fence = answer.fencingToken();
        return new Grant(
                new TokenRequest(request.claim().resourceName(), lockToken),
                fence == null ? OptionalLong.empty() : OptionalLong.of(fence),
                Lease.granted(sentMillis, 0, ttl, remaining));
    }

    Grant withLease(Lease renewed) {
        return new Grant(request, fencingToken, renewed);
    }

    /** A length as the protocol allows it: what a broken server says must not overflow anything. */
    static long bounded(long millis) {
        return Math.max(0, Math.min(ProtocolLimits.MAX_TTL_MS, millis));
    }
}
