package io.holdfast.server.core;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What became of every acquire that had a request id: it waits, it holds, or it is over. Remembers the last so many that
 * are over, by count, so that a late repetition is told so instead of taking the lock again. Confined to the event loop.
 */
final class Requests {
    private final Map<RequestKey, Place> waiting = new HashMap<>();
    private final Map<RequestKey, Hold> granted = new HashMap<>();
    private final Map<RequestKey, EndReason> ended = new LinkedHashMap<>();
    private final int endedKept;

    Requests(int endedKept) {
        this.endedKept = endedKept;
    }

    @Nullable
    Place waiting(RequestKey key) {
        return waiting.get(key);
    }

    @Nullable
    Hold granted(RequestKey key) {
        return granted.get(key);
    }

    @Nullable
    EndReason ended(RequestKey key) {
        return ended.get(key);
    }

    void forEachEnded(BiConsumer<RequestKey, EndReason> action) {
        ended.forEach(action);
    }

    void waits(Place place) {
        if (place.request() != null) {
            waiting.put(place.request(), place);
        }
    }

    void holds(Hold hold) {
        if (hold.request() != null) {
            waiting.remove(hold.request());
            granted.put(hold.request(), hold);
        }
    }

    void ends(@Nullable RequestKey key, EndReason reason) {
        if (key == null) {
            return;
        }
        waiting.remove(key);
        granted.remove(key);
        ended.put(key, reason);
        if (ended.size() > endedKept) {
            Iterator<RequestKey> oldest = ended.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }
}
