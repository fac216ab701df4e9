package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET /api/lock/status/{resourceName}}. Immutable.
 *
 * @param isLocked whether somebody holds the resource
 * @param resourceName the resource, decoded
 * @param clientId the oldest holder's name; null for an anonymous holder and when not locked
 * @param acquiredAt wall-clock time of the grant, to be shown only; null when not locked
 * @param lastHeartbeat wall-clock time of the last renewal, the grant counting as one; null when not locked
 * @param holders all holders, the oldest first; of a shared lock or a semaphore only
 * @param mode {@code shared} or {@code permits}; null for an exclusive lock
 * @param queueLength how many wait in line; null from a server that has no queue
 * @param lastFencingToken the newest fencing token given to anybody; null from a server that has none
 */
public record StatusAnswer(
        boolean isLocked,
        String resourceName,
        @Nullable String clientId,
        @Nullable Instant acquiredAt,
        @Nullable Instant lastHeartbeat,
        List<HolderView> holders,
        @Nullable String mode,
        @Nullable Integer queueLength,
        @Nullable Long lastFencingToken) {

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
            if (!holders.isEmpty()) {
                HolderView.writeAll(json, holders);
            }
            if (mode != null) {
                json.writeStringField("mode", mode);
            }
            if (queueLength != null) {
                json.writeNumberField("queueLength", queueLength);
            }
            if (lastFencingToken != null) {
                json.writeNumberField("lastFencingToken", lastFencingToken);
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
        List<HolderView> holders = List.of();
        String mode = null;
        Integer queueLength = null;
        Long lastFencingToken = null;
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
                    case "acquiredAt" -> acquiredAt = Json.instant(parser);
                    case "lastHeartbeat" -> lastHeartbeat = Json.instant(parser);
                    case "holders" -> holders = HolderView.readAll(parser);
                    case "mode" -> mode = parser.getValueAsString();
                    case "queueLength" -> queueLength = parser.getIntValue();
                    case "lastFencingToken" -> lastFencingToken = parser.getLongValue();
                    default -> parser.skipChildren();
                }
            }
        }
        if (isLocked == null || resourceName == null) {
            throw new IOException("the answer is no lock status");
        }
        return new StatusAnswer(
                isLocked,
                resourceName,
                clientId,
                acquiredAt,
                lastHeartbeat,
                holders,
                mode,
                queueLength,
                lastFencingToken);
    }
}
