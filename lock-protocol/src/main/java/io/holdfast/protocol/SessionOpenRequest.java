package io.holdfast.protocol;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /api/session/open}. Immutable.
 *
 * @param clientId who opens it, shown to others as the holder of its locks
 * @param ttlMs the session's length in milliseconds, or null for the server's default
 * @param metadata shown to others, at most 1 KiB
 */
public record SessionOpenRequest(String clientId, @Nullable Long ttlMs, Map<String, String> metadata) {

    /**
     * Reads a request body.
     *
     * @throws InvalidRequestException if it breaks the protocol or {@code rules}; answer it
     */
    public static SessionOpenRequest read(byte[] body, RequestRules rules) throws InvalidRequestException {
        Draft draft = new Draft();
        RequestReader.read(body, rules, draft);
        return new SessionOpenRequest(
                RequestReader.required(RequestField.CLIENT_ID, draft.clientId), draft.ttlMs, draft.metadata);
    }

    /** The request as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringField("clientId", clientId);
            if (ttlMs != null) {
                json.writeNumberField("ttlMs", ttlMs);
            }
            if (!metadata.isEmpty()) {
                Json.writeMap(json, "metadata", metadata);
            }
        });
    }

    private static final class Draft implements RequestReader.Fields {
        private @Nullable String clientId;
        private @Nullable Long ttlMs;
        private Map<String, String> metadata = Map.of();

        @Override
        public void accept(RequestReader in, RequestField field) throws IOException, InvalidRequestException {
            switch (field) {
                case CLIENT_ID -> clientId = in.name(field);
                case TTL_MS ->
                    ttlMs = in.integer(
                            field, ProtocolLimits.MIN_TTL_MS, in.rules().maxTtlMs());
                case METADATA -> metadata = in.metadata(field);
                default -> {
                    // belongs to other calls
                }
            }
        }
    }
}
