package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET /api/lock/list}: one page, ordered by name. Immutable.
 *
 * @param next what to give as {@code after} to get the next page; null on the last one
 */
public record ListAnswer(List<Entry> resources, @Nullable String next) {

    /** A resource that is held or waited for. Immutable. */
    public record Entry(String resourceName, @Nullable String mode, List<HolderView> holders, int queueLength) {
        private void writeTo(JsonGenerator json) throws IOException {
            json.writeStartObject();
            json.writeStringField("resourceName", resourceName);
            if (mode != null) {
                json.writeStringField("mode", mode);
            }
            HolderView.writeAll(json, holders);
            json.writeNumberField("queueLength", queueLength);
            json.writeEndObject();
        }
    }

    /** The answer as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeBooleanField("success", true);
            json.writeStringField("status", Status.OK.wireName());
            json.writeArrayFieldStart("resources");
            for (Entry entry : resources) {
                entry.writeTo(json);
            }
            json.writeEndArray();
            if (next != null) {
                json.writeStringField("next", next);
            }
        });
    }
}
