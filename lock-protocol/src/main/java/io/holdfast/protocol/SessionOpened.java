package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * The answer to {@code POST /api/session/open} that was granted; a refusal is a {@link LockAnswer}. Immutable;
 * {@link #toString} leaves the session id out, because it is a secret.
 *
 * @param sessionId the secret that stands for the session
 * @param ttlMs its full length in milliseconds
 * @param remainingMs what was left of it when the answer was made
 */
public record SessionOpened(String sessionId, long ttlMs, long remainingMs) {

    /** The answer as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeBooleanField("success", true);
            json.writeStringField("status", Status.OPENED.wireName());
            json.writeStringField("message", "Session opened successfully");
            json.writeStringField("sessionId", sessionId);
            json.writeNumberField("ttlMs", ttlMs);
            json.writeNumberField("remainingMs", remainingMs);
        });
    }

    /**
     * Reads an answer of status {@link Status#OPENED}.
     *
     * @throws IOException if it is no answer of this protocol: whoever sent it, the outcome of the request is unknown
     */
    public static SessionOpened read(byte[] body) throws IOException {
        String sessionId = null;
        Long ttlMs = null;
        Long remainingMs = null;
        try (JsonParser parser = Json.FACTORY.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the answer is not one JSON object");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                switch (name) {
                    case "sessionId" -> sessionId = parser.getValueAsString();
                    case "ttlMs" -> ttlMs = parser.getLongValue();
                    case "remainingMs" -> remainingMs = parser.getLongValue();
                    default -> parser.skipChildren();
                }
            }
        }
        if (sessionId == null || ttlMs == null || remainingMs == null) {
            throw new IOException("the answer opens no session");
        }
        return new SessionOpened(sessionId, ttlMs, remainingMs);
    }

    @Override
    public String toString() {
        return "SessionOpened[ttlMs=" + ttlMs + ", remainingMs=" + remainingMs + "]";
    }
}
