package io.holdfast.protocol;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /api/lock/acquire}. Immutable.
 *
 * @param resourceName the resource to lock; not blank
 * @param clientId who asks, shown to others; null or blank for an anonymous holder
 * @param ttlMs lease length in milliseconds, or null for the server's default
 */
public record AcquireRequest(
        String resourceName,
        @Nullable String clientId,
        @Nullable Long ttlMs) {

    /**
     * Reads a request body.
     *
     * @throws InvalidRequestException if it breaks the protocol or {@code rules}; answer its message
     */
    public static AcquireRequest read(byte[] body, RequestRules rules) throws InvalidRequestException {
        Draft draft = new Draft();
        RequestReader.read(body, rules, draft);
        return new AcquireRequest(
                RequestReader.required(RequestField.RESOURCE_NAME, draft.resourceName), draft.clientId, draft.ttlMs);
    }

    /** The request as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringField("resourceName", resourceName);
            if (clientId != null) {
                json.writeStringField("clientId", clientId);
            }
            if (ttlMs != null) {
                json.writeNumberField("ttlMs", ttlMs);
            }
        });
    }

    private static final class Draft implements RequestReader.Fields {
        private @Nullable String resourceName;
        private @Nullable String clientId;
        private @Nullable Long ttlMs;

        @Override
        public void accept(RequestReader in, RequestField field) throws IOException, InvalidRequestException {
            switch (field) {
                case RESOURCE_NAME -> resourceName = in.name(field);
                case CLIENT_ID -> clientId = in.text(field);
                case TTL_MS ->
                    ttlMs = in.integer(
                            field, ProtocolLimits.MIN_TTL_MS, in.rules().maxTtlMs());
                default -> {
                    // belongs to other calls
                }
            }
        }
    }
}
