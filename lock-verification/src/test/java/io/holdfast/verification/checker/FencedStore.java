package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Stored;
import java.util.HashMap;
import java.util.Map;

/**
 * A resource for tests that is protected by a fence, or, for the positive control, by nothing but the lock. It keeps its
 * own books in the history. Belongs to one thread.
 */
public final class FencedStore {
    private final HistorySink books;
    private final boolean isFenced;
    private final Map<String, Long> newest = new HashMap<>();

    public FencedStore(HistorySink books, boolean isFenced) {
        this.books = books;
        this.isFenced = isFenced;
    }

    /** Takes a write, unless one with a higher fence was here before. Says whether it was taken. */
    public boolean write(long atMicros, String resource, long value, long fence) {
        if (isFenced && fence < newest.getOrDefault(resource, 0L)) {
            return false;
        }
        newest.merge(resource, fence, Math::max);
        books.stored(new Stored(atMicros, resource, value, fence));
        return true;
    }
}
