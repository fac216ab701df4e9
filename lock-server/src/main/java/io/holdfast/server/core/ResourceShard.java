package io.holdfast.server.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Some of the resources by name: a hash table of numbers, without an object for each name beside the resource, and without
 * a look at any resource but the one wanted. Confined to the event loop.
 *
 * <p>Names may be chosen to collide. The place of a hash code in the table is drawn by multiplying it with a secret
 * (Dietzfelbinger et al., "A reliable randomized algorithm for the closest-pair problem", 1997), so nobody outside can fill
 * one part of it; and of names with the same hash code all but one go to a map that copes with that.
 */
final class ResourceShard {
    /** Decides nothing but where an entry stands, so tables are alike whatever it is. */
    private static final long SECRET = UUID.randomUUID().getLeastSignificantBits() | 1;

    private static final int LEAST_SLOTS = 4;

    private final NumberedResources numbered;
    /** 0, or in the upper half the hash code of a name and in the lower one more than the number of its resource. */
    private long[] slots = new long[LEAST_SLOTS];

    private int size;
    /** Resources whose names have the same hash code as another that was here when they came; null if there were none. */
    private @Nullable Map<String, Resource> twins;

    ResourceShard(NumberedResources numbered) {
        this.numbered = numbered;
    }

    @Nullable
    Resource find(String name) {
        long entry = slots[slot(name.hashCode())];
        if (entry != 0) {
            Resource resource = numbered.get(number(entry));
            if (resource.name().equals(name)) {
                return resource;
            }
        }
        return twins == null ? null : twins.get(name);
    }

    /** Adds a resource whose name is not there, and returns it. */
    Resource add(Resource resource) {
        int hash = resource.name().hashCode();
        int slot = slot(hash);
        if (slots[slot] != 0) {
            twins = twins == null ? new HashMap<>() : twins;
            twins.put(resource.name(), resource);
            return resource;
        }
        slots[slot] = ((long) hash << 32) | (numbered.add(resource) + 1L);
        size++;
        if (4 * size > 3 * slots.length) {
            grow();
        }
        return resource;
    }

    /** Removes a resource whose name is there. */
    void remove(String name) {
        if (twins != null && twins.remove(name) != null) {
            twins = twins.isEmpty() ? null : twins;
            return;
        }
        int slot = slot(name.hashCode());
        numbered.remove(number(slots[slot]));
        size--;
        close(slot);
    }

    /** All of them, as they are now. */
    Collection<Resource> all() {
        List<Resource> all = new ArrayList<>(size);
        for (long entry : slots) {
            if (entry != 0) {
                all.add(numbered.get(number(entry)));
            }
        }
        if (twins != null) {
            all.addAll(twins.values());
        }
        return all;
    }

    /** Where that hash code is, or the free slot where it would be. */
    private int slot(int hash) {
        int slot = home(hash);
        while (slots[slot] != 0 && hash(slots[slot]) != hash) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    /** Where the search for that hash code begins. */
    private int home(int hash) {
        return (int) ((hash * SECRET) >>> (Long.numberOfLeadingZeros(slots.length) + 1));
    }

    private void grow() {
        long[] before = slots;
        slots = new long[2 * before.length];
        for (long entry : before) {
            if (entry != 0) {
                slots[slot(hash(entry))] = entry;
            }
        }
    }

    /** Empties a slot, and moves up what a search would not find behind the gap. */
    private void close(int emptied) {
        int mask = slots.length - 1;
        int gap = emptied;
        for (int next = (gap + 1) & mask; slots[next] != 0; next = (next + 1) & mask) {
            int strayed = (next - home(hash(slots[next]))) & mask;
            if (strayed >= ((next - gap) & mask)) {
                slots[gap] = slots[next];
                gap = next;
            }
        }
        slots[gap] = 0;
    }

    private static int hash(long entry) {
        return (int) (entry >>> 32);
    }

    private static int number(long entry) {
        return (int) entry - 1;
    }
}
