package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET /api/lock/status/{resourceName}}. Immutable.
 *
 * @param isLocked whether somebody holds the resource
 * @param resourceName the resource, decoded
 * @param clientId the holder's name; null for an anonymous holder and when not locked
 * @param acquiredAt wall-clock time of the grant, to be shown only; null when not locked
 * @param lastHeartbeat wall-clock time of the last renewal, the grant counting as one; null when not locked
 */
public record StatusAnswer(
        boolean isLocked,
        String resourceName,
        @Nullable String clientId,
        @Nullable Instant acquiredAt,
        @Nullable Instant lastHeartbeat) {

    /** A resource nobody holds. */
    public static StatusAnswer free(String resourceName) {
        return new StatusAnswer(false, resourceName, null, null, null);
    }

    /** The answer as JSON, its properties in the order the protocol fixes. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeBooleanField("isLocked", isLocked);
            json.writeStringField("resourceName", resourceName);
            if (clientId != null) {
                json.writeStringField("clientId", clientId);
            }
            if (acquiredAt != null) {
                json.writeStringField("acquiredAt", Json.timestamp(acquiredAt));
            }
            if (lastHeartbeat != null) {
                json.writeStringField("lastHeartbeat", Json.timestamp(lastHeartbeat));
            }
        });
    }

    /**
     * Reads an answer. Properties this version does not know are skipped.
     *
     * @throws IOException if it is no answer of this protocol
     */
    public static StatusAnswer read(byte[] body) throws IOException {
        Boolean isLocked = null;
        String resourceName = null;
        String clientId = null;
        Instant acquiredAt = null;
        Instant lastHeartbeat = null;
        try (JsonParser parser = Json.FACTORY.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the answer is not a JSON object");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                switch (name) {
                    case "isLocked" -> isLocked = parser.getBooleanValue();
                    case "resourceName" -> resourceName = parser.getValueAsString();
                    case "clientId" -> clientId = parser.getValueAsString();
                    case "acquiredAt" -> acquiredAt = instant(parser);
                    case "lastHeartbeat" -> lastHeartbeat = instant(parser);
                    default -> parser.skipChildren();
                }
            }
        }
        if (isLocked == null || resourceName == null) {
            throw new IOException("the answer is no lock status");
        }
        return new StatusAnswer(isLocked, resourceName, clientId, acquiredAt, lastHeartbeat);
    }

    private static @Nullable Instant instant(JsonParser parser) throws IOException {
        String text = parser.getValueAsString();
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IOException("the answer has a malformed time", e);
        }
    }
}
