package io.holdfast.server.service;

import org.jspecify.annotations.Nullable;

/**
 * Gives the same String for the same client id, most of the time: a client that holds a thousand locks is named once in
 * memory, not a thousand times. Bounded, and forgetful where two names meet. Confined to the event loop.
 */
final class RecentNames {
    private static final int SLOTS = 1_024;

    private final @Nullable String[] slots = new String[SLOTS];

    @Nullable
    String canonical(@Nullable String name) {
        if (name == null) {
            return null;
        }
        int hash = name.hashCode();
        int slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
        String known = slots[slot];
        if (name.equals(known)) {
            return known;
        }
        slots[slot] = name;
        return name;
    }
}
