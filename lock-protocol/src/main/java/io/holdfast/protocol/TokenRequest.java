package io.holdfast.protocol;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /api/lock/heartbeat} and {@code /api/lock/release}: a resource and the token that proves who
 * holds it. Immutable; {@link #toString} leaves the token out, because it is a secret.
 */
public record TokenRequest(String resourceName, String lockToken) {

    /**
     * Reads a request body.
     *
     * @throws InvalidRequestException if it breaks the protocol or {@code rules}; answer its message
     */
    public static TokenRequest read(byte[] body, RequestRules rules) throws InvalidRequestException {
        Draft draft = new Draft();
        RequestReader.read(body, rules, draft);
        return new TokenRequest(
                RequestReader.required(RequestField.RESOURCE_NAME, draft.resourceName),
                RequestReader.required(RequestField.LOCK_TOKEN, draft.lockToken));
    }

    /** The request as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringField("resourceName", resourceName);
            json.writeStringField("lockToken", lockToken);
        });
    }

    @Override
    public String toString() {
        return "TokenRequest[resourceName=" + resourceName + "]";
    }

    private static final class Draft implements RequestReader.Fields {
        private @Nullable String resourceName;
        private @Nullable String lockToken;

        @Override
        public void accept(RequestReader in, RequestField field) throws IOException, InvalidRequestException {
            switch (field) {
                case RESOURCE_NAME -> resourceName = in.name(field);
                case LOCK_TOKEN -> lockToken = in.name(field);
                default -> {
                    // belongs to other calls
                }
            }
        }
    }
}
