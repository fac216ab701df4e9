package io.holdfast.client.core;

import org.jspecify.annotations.Nullable;

/** Puts a stream of server-sent events together from its lines. Not thread-safe. */
public final class EventLines {
    private @Nullable String id;
    private String name = "";
    private String data = "";
    private boolean begun;

    /**
     * What stood between two empty lines.
     *
     * @param id where the stream is after it; null if it does not say
     * @param name what kind of event it is; empty for a mere sign of life
     * @param data what it says
     */
    public record Event(@Nullable String id, String name, String data) {}

    /** Takes the next line, without its end, and answers with the event that it completes, or null. */
    public @Nullable Event take(String line) {
        if (!line.isEmpty()) {
            read(line);
            return null;
        }
        Event event = begun ? new Event(id, name, data) : null;
        id = null;
        name = "";
        data = "";
        begun = false;
        return event;
    }

    private void read(String line) {
        int colon = line.indexOf(':');
        if (colon == 0) {
            return; // a comment
        }
        String field = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1);
        value = value.startsWith(" ") ? value.substring(1) : value;
        switch (field) {
            case "id" -> id = value;
            case "event" -> name = value;
            case "data" -> data = data.isEmpty() ? value : data + "\n" + value;
            default -> {
                return; // of a later version
            }
        }
        begun = true;
    }
}
