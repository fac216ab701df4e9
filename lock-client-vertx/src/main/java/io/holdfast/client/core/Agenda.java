package io.holdfast.client.core;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What is to be done when: entries in the order they fall due, equal times in the order they were entered. Entering,
 * cancelling and taking cost O(log n), so a tick costs by what is due and not by what is held. Not thread-safe.
 *
 * @param <T> what is to be done
 */
public final class Agenda<T> {
    private final TreeMap<Entry, T> entries = new TreeMap<>();
    private long sequence;

    /** Enters something; the answer is good for {@link #cancel}. */
    public Entry put(long dueMillis, T what) {
        Entry entry = new Entry(dueMillis, sequence++);
        entries.put(entry, what);
        return entry;
    }

    /** Takes an entry out; does nothing if it was taken already. */
    public void cancel(Entry entry) {
        entries.remove(entry);
    }

    /** Takes out what is due, earliest first, and at most {@code budget} of it. */
    public List<T> takeDue(long nowMillis, int budget) {
        List<T> due = new ArrayList<>();
        while (due.size() < budget && !entries.isEmpty() && entries.firstKey().dueMillis() <= nowMillis) {
            due.add(entries.pollFirstEntry().getValue());
        }
        return due;
    }

    /** How much is left to do. */
    public int size() {
        return entries.size();
    }

    /** Whether nothing is left to do. */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** A place in an agenda. Immutable. */
    public record Entry(long dueMillis, long sequence) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(dueMillis, other.dueMillis);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }
}
