package io.holdfast.protocol;

import org.jspecify.annotations.Nullable;

/** How a read-write lock is taken. */
public enum LockMode {
    /** One holder and nobody else. */
    EXCLUSIVE("exclusive"),
    /** Any number of shared holders, or one exclusive. */
    SHARED("shared");

    private final String wireName;

    LockMode(String wireName) {
        this.wireName = wireName;
    }

    /** The name in JSON. */
    public String wireName() {
        return wireName;
    }

    static @Nullable LockMode ofWireName(String name) {
        for (LockMode mode : values()) {
            if (mode.wireName.equals(name)) {
                return mode;
            }
        }
        return null;
    }
}
