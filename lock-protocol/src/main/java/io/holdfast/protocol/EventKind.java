package io.holdfast.protocol;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happened, as it stands in the {@code event} line of the stream at {@link ApiPaths#EVENTS}. */
public enum EventKind {
    GRANTED("granted"),
    /** A request waits in line. It ends with {@link #GRANTED} or {@link #CANCELLED}. */
    QUEUED("queued"),
    RELEASED("released"),
    EXPIRED("expired"),
    /** An operator ended the hold. */
    BROKEN("broken"),
    /** A request shall hold nothing: it left the line, or what it had been granted was taken back. */
    CANCELLED("cancelled"),
    /** The hold ended with its session. */
    SESSION_CLOSED("sessionClosed");

    private static final Map<String, EventKind> BY_WIRE_NAME = new HashMap<>();

    static {
        for (EventKind kind : values()) {
            BY_WIRE_NAME.put(kind.wireName, kind);
        }
    }

    private final String wireName;

    EventKind(String wireName) {
        this.wireName = wireName;
    }

    /** The name on the wire. */
    public String wireName() {
        return wireName;
    }

    /** The kind of that name, or null for one this version does not know. */
    public static @Nullable EventKind ofWireName(String wireName) {
        return BY_WIRE_NAME.get(wireName);
    }
}
