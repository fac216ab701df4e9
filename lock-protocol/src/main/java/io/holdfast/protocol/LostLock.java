package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A hold that a session lost while it was alive, as the answers to its heartbeats tell it. Immutable.
 *
 * @param fencingToken which hold of the resource
 * @param reason why, as in {@link LockAnswer#BROKEN}
 * @param breakReason what an operator wrote when breaking the lock; null for nothing
 */
public record LostLock(
        String resourceName,
        long fencingToken,
        String reason,
        @Nullable String breakReason) {

    void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("resourceName", resourceName);
        json.writeNumberField("fencingToken", fencingToken);
        json.writeStringField("reason", reason);
        if (breakReason != null) {
            json.writeStringField("breakReason", breakReason);
        }
        json.writeEndObject();
    }

    /** Reads the object the parser stands at the start of. */
    static LostLock read(JsonParser parser) throws IOException {
        String resourceName = "";
        Long fencingToken = null;
        String reason = "";
        String breakReason = null;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            switch (name) {
                case "resourceName" -> resourceName = parser.getText();
                case "fencingToken" -> fencingToken = parser.getLongValue();
                case "reason" -> reason = parser.getText();
                case "breakReason" -> breakReason = parser.getValueAsString();
                default -> parser.skipChildren();
            }
        }
        if (fencingToken == null) {
            throw new IOException("a lost lock without its fencing token");
        }
        return new LostLock(resourceName, fencingToken, reason, breakReason);
    }
}
