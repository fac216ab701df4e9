package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A holder as others may see it: no secrets. Immutable.
 *
 * @param clientId the holder's name; null for an anonymous one
 * @param acquiredAt wall-clock time of the grant, to be shown only
 * @param remainingMs what is left of its lease if it is not renewed
 * @param mode {@code exclusive}, {@code shared} or {@code permits}
 * @param metadata what the holder wants to be known
 * @param fencingToken the holder's fencing token
 */
public record HolderView(
        @Nullable String clientId,
        Instant acquiredAt,
        long remainingMs,
        String mode,
        Map<String, String> metadata,
        long fencingToken) {

    void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        if (clientId != null) {
            json.writeStringField("clientId", clientId);
        }
        json.writeStringField("acquiredAt", Json.timestamp(acquiredAt));
        json.writeNumberField("remainingMs", remainingMs);
        json.writeStringField("mode", mode);
        if (!metadata.isEmpty()) {
            Json.writeMap(json, "metadata", metadata);
        }
        json.writeNumberField("fencingToken", fencingToken);
        json.writeEndObject();
    }

    static void writeAll(JsonGenerator json, List<HolderView> holders) throws IOException {
        json.writeArrayFieldStart("holders");
        for (HolderView holder : holders) {
            holder.writeTo(json);
        }
        json.writeEndArray();
    }

    /** Reads the array the parser stands at the start of. */
    static List<HolderView> readAll(JsonParser parser) throws IOException {
        List<HolderView> holders = new ArrayList<>();
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new IOException("holders is not an array");
        }
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            holders.add(read(parser));
        }
        return List.copyOf(holders);
    }

    private static HolderView read(JsonParser parser) throws IOException {
        String clientId = null;
        Instant acquiredAt = Instant.EPOCH;
        long remainingMs = 0;
        String mode = "exclusive";
        Map<String, String> metadata = new LinkedHashMap<>();
        long fencingToken = 0;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            switch (name) {
                case "clientId" -> clientId = parser.getValueAsString();
                case "acquiredAt" -> acquiredAt = Json.instant(parser);
                case "remainingMs" -> remainingMs = parser.getLongValue();
                case "mode" -> mode = parser.getText();
                case "metadata" -> readMap(parser, metadata);
                case "fencingToken" -> fencingToken = parser.getLongValue();
                default -> parser.skipChildren();
            }
        }
        return new HolderView(clientId, acquiredAt, remainingMs, mode, metadata, fencingToken);
    }

    private static void readMap(JsonParser parser, Map<String, String> map) throws IOException {
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            parser.nextToken();
            map.put(key, parser.getText());
        }
    }
}
