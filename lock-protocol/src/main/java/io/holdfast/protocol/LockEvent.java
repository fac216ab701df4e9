package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to one resource, as others may hear of it: no secrets. A set has one event for each of its
 * members. Immutable.
 *
 * @param clientId who held or waited; null for an anonymous one
 * @param fencingToken the hold's; null for a request that held nothing
 * @param at wall-clock time, to be shown only
 * @param reason why, where the kind does not say all: what the operator wrote of a broken hold, how a cancelled request
 *     came to its end
 * @param exclusionGivenUp whether the resource may be granted again while a broken holder still believes in its lease
 */
public record LockEvent(
        EventKind kind,
        String resourceName,
        @Nullable String clientId,
        @Nullable Long fencingToken,
        Instant at,
        @Nullable String reason,
        boolean exclusionGivenUp) {

    /** The event's data as JSON, on one line; the kind stands beside it. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringField("resourceName", resourceName);
            if (clientId != null) {
                json.writeStringField("clientId", clientId);
            }
            if (fencingToken != null) {
                json.writeNumberField("fencingToken", fencingToken);
            }
            json.writeStringField("at", Json.timestamp(at));
            if (reason != null) {
                json.writeStringField("reason", reason);
            }
            if (exclusionGivenUp) {
                json.writeBooleanField("exclusionGivenUp", true);
            }
        });
    }

    /**
     * Reads the data of an event of that kind. Properties this version does not know are skipped.
     *
     * @throws IOException if it is no event of this protocol
     */
    public static LockEvent read(EventKind kind, byte[] data) throws IOException {
        String resourceName = null;
        String clientId = null;
        Long fencingToken = null;
        Instant at = null;
        String reason = null;
        boolean exclusionGivenUp = false;
        try (JsonParser parser = Json.FACTORY.createParser(data)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the event's data is not a JSON object");
            }
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                switch (name) {
                    case "resourceName" -> resourceName = parser.getValueAsString();
                    case "clientId" -> clientId = parser.getValueAsString();
                    case "fencingToken" -> fencingToken = parser.getLongValue();
                    case "at" -> at = Json.instant(parser);
                    case "reason" -> reason = parser.getValueAsString();
                    case "exclusionGivenUp" -> exclusionGivenUp = parser.getBooleanValue();
                    default -> parser.skipChildren();
                }
            }
        }
        if (resourceName == null || at == null) {
            throw new IOException("the event's data is not that of a lock event");
        }
        return new LockEvent(kind, resourceName, clientId, fencingToken, at, reason, exclusionGivenUp);
    }
}
