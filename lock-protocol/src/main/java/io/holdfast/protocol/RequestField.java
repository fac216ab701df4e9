package io.holdfast.protocol;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The request properties this version knows. */
enum RequestField {
    RESOURCE_NAME("resourceName"),
    CLIENT_ID("clientId"),
    LOCK_TOKEN("lockToken"),
    TTL_MS("ttlMs"),
    WAIT_MS("waitMs"),
    REQUEST_ID("requestId"),
    MODE("mode"),
    PERMITS("permits"),
    LIMIT("limit"),
    LOCK_DELAY_MS("lockDelayMs"),
    METADATA("metadata"),
    RESOURCES("resources"),
    SESSION_ID("sessionId"),
    ACK_SEQ("ackSeq"),
    REASON("reason"),
    GRACE_MS("graceMs"),
    ID("id"),
    ADDRESS("address"),
    HTTP_ADDRESS("httpAddress");

    private static final Map<String, RequestField> BY_NAME = new HashMap<>();

    static {
        for (RequestField field : values()) {
            String name = field.wireName;
            // The two spellings in use are found without making a lower-case copy.
            BY_NAME.put(name, field);
            BY_NAME.put(name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1), field);
            BY_NAME.put(name.toLowerCase(Locale.ROOT), field);
        }
    }

    private final String wireName;

    RequestField(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }

    /** The field a property name means, without regard to case; null for one that is to be ignored. */
    static @Nullable RequestField of(String propertyName) {
        RequestField field = BY_NAME.get(propertyName);
        return field != null ? field : BY_NAME.get(propertyName.toLowerCase(Locale.ROOT));
    }
}
