package io.holdfast.protocol;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /api/lock/cancel}: this acquire shall hold nothing. Immutable; {@link #toString} leaves the
 * request id out, because it is a secret.
 */
public record CancelRequest(String resourceName, String clientId, String requestId) {

    /**
     * Reads a request body.
     *
     * @throws InvalidRequestException if it breaks the protocol or {@code rules}; answer it
     */
    public static CancelRequest read(byte[] body, RequestRules rules) throws InvalidRequestException {
        Draft draft = new Draft();
        RequestReader.read(body, rules, draft);
        return new CancelRequest(
                RequestReader.required(RequestField.RESOURCE_NAME, draft.resourceName),
                RequestReader.required(RequestField.CLIENT_ID, draft.clientId),
                RequestReader.required(RequestField.REQUEST_ID, draft.requestId));
    }

    /** The request as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringField("resourceName", resourceName);
            json.writeStringField("clientId", clientId);
            json.writeStringField("requestId", requestId);
        });
    }

    @Override
    public String toString() {
        return "CancelRequest[resourceName=" + resourceName + ", clientId=" + clientId + "]";
    }

    private static final class Draft implements RequestReader.Fields {
        private @Nullable String resourceName;
        private @Nullable String clientId;
        private @Nullable String requestId;

        @Override
        public void accept(RequestReader in, RequestField field) throws IOException, InvalidRequestException {
            switch (field) {
                case RESOURCE_NAME -> resourceName = in.name(field);
                case CLIENT_ID -> clientId = in.name(field);
                case REQUEST_ID -> requestId = in.requestId(field);
                default -> {
                    // belongs to other calls
                }
            }
        }
    }
}
