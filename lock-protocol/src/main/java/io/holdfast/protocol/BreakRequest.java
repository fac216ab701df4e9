package io.holdfast.protocol;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /api/admin/break}: whoever holds this resource shall hold it no longer. Immutable.
 *
 * @param reason why, told to the holders and to whoever listens to events; null for none
 * @param graceMs how long the resource stays unavailable afterwards, in milliseconds; null for as long as the leases that
 *     are broken would have run
 */
public record BreakRequest(
        String resourceName,
        @Nullable String reason,
        @Nullable Long graceMs) {

    /**
     * Reads a request body.
     *
     * @throws InvalidRequestException if it breaks the protocol or {@code rules}; answer it
     */
    public static BreakRequest read(byte[] body, RequestRules rules) throws InvalidRequestException {
        Draft draft = new Draft();
        RequestReader.read(body, rules, draft);
        return new BreakRequest(
                RequestReader.required(RequestField.RESOURCE_NAME, draft.resourceName), draft.reason, draft.graceMs);
    }

    /** The request as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringField("resourceName", resourceName);
            if (reason != null) {
                json.writeStringField("reason", reason);
            }
            if (graceMs != null) {
                json.writeNumberField("graceMs", graceMs);
            }
        });
    }

    private static final class Draft implements RequestReader.Fields {
        private @Nullable String resourceName;
        private @Nullable String reason;
        private @Nullable Long graceMs;

        @Override
        public void accept(RequestReader in, RequestField field) throws IOException, InvalidRequestException {
            switch (field) {
                case RESOURCE_NAME -> resourceName = in.name(field);
                case REASON -> reason = in.shortText(field, ProtocolLimits.MAX_BREAK_REASON_CHARS);
                case GRACE_MS -> graceMs = in.integer(field, 0, in.rules().maxTtlMs());
                default -> {
                    // belongs to other calls
                }
            }
        }
    }
}
