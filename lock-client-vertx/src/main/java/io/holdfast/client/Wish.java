package io.holdfast.client;

import io.holdfast.protocol.AcquireAllRequest;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.AcquireTerms;
import io.holdfast.protocol.ApiPaths;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.ProtocolLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A lock that somebody wants, in the terms of the protocol: every request for it is made from this. Immutable. */
record Wish(LockRequest request, String clientId) {

    String path() {
        return isSet() ? ApiPaths.ACQUIRE_ALL : ApiPaths.ACQUIRE;
    }

    byte[] body(String requestId, long waitMillis, @Nullable String sessionId) {
        AcquireOptions how = request.options();
        AcquireTerms terms = new AcquireTerms(
                clientId,
                how.ttlMillis(),
                waitMillis,
                requestId,
                sessionId,
                how.lockDelay().toMillis(),
                how.metadata());
        return isSet()
                ? new AcquireAllRequest(request.claims(), terms).toJson()
                : new AcquireRequest(request.claims().get(0), terms).toJson();
    }

    CancelRequest cancel(String requestId) {
        return new CancelRequest(AcquireAllRequest.nameOfSet(request.claims()), clientId, requestId);
    }

    /** The name by which a set is renewed and released. */
    String name() {
        return request.claims().get(0).resourceName();
    }

    List<String> names() {
        return request.names();
    }

    long waitMillis() {
        return request.options().waitLimit().toMillis();
    }

    @Nullable
    Long ttlMillis() {
        return request.options().ttlMillis();
    }

    /** The lease's length as far as it is known without the server. */
    long likelyTtlMillis() {
        Long ttl = ttlMillis();
        return ttl == null ? ProtocolLimits.DEFAULT_TTL_MS : ttl;
    }

    /** How long a server may be asked to hold one request. */
    long maxWaitPerRequestMillis() {
        Long ttl = ttlMillis();
        return ttl == null ? Long.MAX_VALUE : ttl * ProtocolLimits.MAX_WAIT_PER_TTL;
    }

    private boolean isSet() {
        return request.claims().size() > 1;
    }
}
