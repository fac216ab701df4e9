package io.holdfast.verification.checker;

import org.jspecify.annotations.Nullable;

/**
 * A map from longs to objects, open addressing with linear probing. A boxed key for every token and call would be a
 * quarter of the checker's time. Belongs to one thread.
 */
final class LongMap<V> {
    private long[] keys = new long[16];
    private @Nullable Object[] values = new Object[16];
    private int size;

    int size() {
        return size;
    }

    @Nullable
    V get(long key) {
        return valueAt(find(key));
    }

    /** Sets what the key stands for and gives what it stood for before. */
    @Nullable
    V put(long key, V value) {
        int slot = find(key);
        V before = valueAt(slot);
        keys[slot] = key;
        values[slot] = value;
        if (before == null && ++size * 2 > keys.length) {
            grow();
        }
        return before;
    }

    @Nullable
    V remove(long key) {
        int slot = find(key);
        V before = valueAt(slot);
        if (before != null) {
            size--;
            close(slot);
        }
        return before;
    }

    @SuppressWarnings("unchecked") // only put writes values
    private @Nullable V valueAt(int slot) {
        return (V) values[slot];
    }

    private int home(long key) {
        long hash = (key ^ (key >>> 32)) * 0x9e3779b97f4a7c15L;
        return (int) (hash >>> 40) & (keys.length - 1);
    }

    /** The slot of the key, or the free one where it belongs. */
    private int find(long key) {
        int slot = home(key);
        while (values[slot] != null && keys[slot] != key) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    /** Moves up what would no longer be found behind the hole. */
    private void close(int hole) {
        int free = hole;
        int slot = (hole + 1) & (keys.length - 1);
        while (values[slot] != null) {
            int distance = (slot - home(keys[slot])) & (keys.length - 1);
            if (distance >= ((slot - free) & (keys.length - 1))) {
                keys[free] = keys[slot];
                values[free] = values[slot];
                free = slot;
            }
            slot = (slot + 1) & (keys.length - 1);
        }
        values[free] = null;
    }

    private void grow() {
        long[] oldKeys = keys;
        Object[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new Object[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != null) {
                int slot = find(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
