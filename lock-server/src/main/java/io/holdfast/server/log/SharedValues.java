package io.holdfast.server.log;

import io.holdfast.server.core.Terms;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives the same object for equal client ids and equal terms that are read back, most of the time, as serving does for
 * those that requests bring: a million locks of one client name it once in memory. Bounded, and forgetful where two values
 * meet. Not thread-safe.
 */
final class SharedValues {
    private static final int SLOTS = 1_024;

    private final @Nullable String[] texts = new String[SLOTS];
    private final @Nullable Terms[] terms = new Terms[SLOTS];

    String text(String text) {
        int slot = slot(text);
        String known = texts[slot];
        if (text.equals(known)) {
            return known;
        }
        texts[slot] = text;
        return text;
    }

    Terms terms(long ttlMillis, long lockDelayMillis, Map<String, String> metadata) {
        Terms read = new Terms(ttlMillis, lockDelayMillis, metadata.isEmpty() ? Map.of() : metadata);
        int slot = slot(read);
        Terms known = terms[slot];
        if (read.equals(known)) {
            return known;
        }
        terms[slot] = read;
        return read;
    }

    private static int slot(Object value) {
        int hash = value.hashCode();
        return (hash ^ (hash >>> 16)) & (SLOTS - 1);
    }
}
