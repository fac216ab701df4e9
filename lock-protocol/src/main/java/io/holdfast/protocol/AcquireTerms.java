package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an acquire of one resource and one of a set have in common. Immutable; {@link #toString} leaves the request id
 * and the session id out, because they are secrets.
 *
 * @param clientId who asks, shown to others; null or blank for an anonymous holder
 * @param ttlMs lease length in milliseconds, or null for the server's default
 * @param waitMs how long this request may be held waiting, in milliseconds; 0 to try
 * @param requestId names this acquire among the client's, so that it can be repeated; null for none
 * @param sessionId the session the lock is to live in, then without a {@code ttlMs}; null for a lease of its own
 * @param lockDelayMs how long the resource stays unavailable after this hold expires, in milliseconds
 * @param metadata shown to others, at most 1 KiB
 */
public record AcquireTerms(
        @Nullable String clientId,
        @Nullable Long ttlMs,
        long waitMs,
        @Nullable String requestId,
        @Nullable String sessionId,
        long lockDelayMs,
        Map<String, String> metadata) {

    /** Terms of a lock with a lease of its own. */
    public AcquireTerms(
            @Nullable String clientId,
            @Nullable Long ttlMs,
            long waitMs,
            @Nullable String requestId,
            long lockDelayMs,
            Map<String, String> metadata) {
        this(clientId, ttlMs, waitMs, requestId, null, lockDelayMs, metadata);
    }

    /** A plain try by that client. */
    public static AcquireTerms tryOnce(@Nullable String clientId, @Nullable Long ttlMs) {
        return new AcquireTerms(clientId, ttlMs, 0, null, 0, Map.of());
    }

    void writeTo(JsonGenerator json) throws IOException {
        if (clientId != null) {
            json.writeStringField("clientId", clientId);
        }
        if (ttlMs != null) {
            json.writeNumberField("ttlMs", ttlMs);
        }
        if (waitMs != 0) {
            json.writeNumberField("waitMs", waitMs);
        }
        if (requestId != null) {
            json.writeStringField("requestId", requestId);
        }
        if (sessionId != null) {
            json.writeStringField("sessionId", sessionId);
        }
        if (lockDelayMs != 0) {
            json.writeNumberField("lockDelayMs", lockDelayMs);
        }
        if (!metadata.isEmpty()) {
            Json.writeMap(json, "metadata", metadata);
        }
    }

    @Override
    public String toString() {
        return "AcquireTerms[clientId=" + clientId + ", ttlMs=" + ttlMs + ", waitMs=" + waitMs + "]";
    }

    /** What was read of the terms so far. */
    static final class Draft {
        private @Nullable String clientId;
        private @Nullable Long ttlMs;
        private long waitMs;
        private @Nullable String requestId;
        private @Nullable String sessionId;
        private long lockDelayMs;
        private Map<String, String> metadata = Map.of();

        void accept(RequestReader in, RequestField field) throws IOException, InvalidRequestException {
            RequestRules rules = in.rules();
            switch (field) {
                case CLIENT_ID -> clientId = in.text(field);
                case TTL_MS -> ttlMs = in.integer(field, ProtocolLimits.MIN_TTL_MS, rules.maxTtlMs());
                case WAIT_MS ->
                    waitMs = Math.min(
                            rules.maxWaitMs(),
                            in.integer(field, 0, Math.max(ProtocolLimits.MAX_WAIT_MS, rules.maxWaitMs())));
                case REQUEST_ID -> requestId = in.requestId(field);
                case SESSION_ID -> sessionId = in.name(field);
                case LOCK_DELAY_MS -> lockDelayMs = in.integer(field, 0, ProtocolLimits.MAX_LOCK_DELAY_MS);
                case METADATA -> metadata = in.metadata(field);
                default -> {
                    // belongs to other calls
                }
            }
        }

        AcquireTerms finish() throws InvalidRequestException {
            boolean anonymous = clientId == null || clientId.isBlank();
            if (requestId != null && sessionId == null && anonymous) {
                throw new InvalidRequestException("requestId needs a clientId");
            }
            if (sessionId != null && ttlMs != null) {
                throw new InvalidRequestException("ttlMs is not allowed together with sessionId");
            }
            if (ttlMs != null && waitMs > ttlMs * ProtocolLimits.MAX_WAIT_PER_TTL) {
                throw new InvalidRequestException(
                        "waitMs must not be more than " + ProtocolLimits.MAX_WAIT_PER_TTL + " times ttlMs");
            }
            return new AcquireTerms(clientId, ttlMs, waitMs, requestId, sessionId, lockDelayMs, metadata);
        }
    }
}
