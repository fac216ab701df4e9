package io.holdfast.server.core;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The last so many holds that were broken, by count, so that whoever comes with such a token is told what became of it,
 * whoever holds the resource by then. Confined to the event loop.
 */
final class BrokenHolds {
    private final Map<Token, BrokenHold> newest = new LinkedHashMap<>();
    private final int kept;

    BrokenHolds(int kept) {
        this.kept = kept;
    }

    void add(Token token, BrokenHold hold) {
        newest.put(token, hold);
        if (newest.size() > kept) {
            Iterator<Token> oldest = newest.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    void forEach(BiConsumer<Token, BrokenHold> action) {
        newest.forEach(action);
    }

    @Nullable
    BrokenHold find(String resourceName, @Nullable Token token) {
        BrokenHold broken = token == null ? null : newest.get(token);
        return broken != null && broken.wasOn(resourceName) ? broken : null;
    }
}
