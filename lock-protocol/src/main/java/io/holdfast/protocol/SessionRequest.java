package io.holdfast.protocol;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /api/session/heartbeat} and {@code /api/session/close}. Immutable; {@link #toString} leaves the
 * session id out, because it is a secret.
 *
 * @param ackSeq the number of the newest loss that was heard of, with a heartbeat; null for none
 */
public record SessionRequest(String sessionId, @Nullable Long ackSeq) {

    /**
     * Reads a request body.
     *
     * @throws InvalidRequestException if it breaks the protocol or {@code rules}; answer it
     */
    public static SessionRequest read(byte[] body, RequestRules rules) throws InvalidRequestException {
        Draft draft = new Draft();
        RequestReader.read(body, rules, draft);
        return new SessionRequest(RequestReader.required(RequestField.SESSION_ID, draft.sessionId), draft.ackSeq);
    }

    /** The request as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringField("sessionId", sessionId);
            if (ackSeq != null) {
                json.writeNumberField("ackSeq", ackSeq);
            }
        });
    }

    @Override
    public String toString() {
        return "SessionRequest[ackSeq=" + ackSeq + "]";
    }

    private static final class Draft implements RequestReader.Fields {
        private @Nullable String sessionId;
        private @Nullable Long ackSeq;

        @Override
        public void accept(RequestReader in, RequestField field) throws IOException, InvalidRequestException {
            switch (field) {
                case SESSION_ID -> sessionId = in.name(field);
                case ACK_SEQ -> ackSeq = in.integer(field, 0, Long.MAX_VALUE);
                default -> {
                    // belongs to other calls
                }
            }
        }
    }
}
