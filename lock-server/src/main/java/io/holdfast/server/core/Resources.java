package io.holdfast.server.core;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The resources by name. Confined to the event loop. */
final class Resources {
    /**
     * A single hash table would copy itself whole when it grows: at ten million holds that stalls the event loop for
     * most of a second. Many small ones each copy a few thousand entries.
     */
    static final int SHARDS = 4096;

    private final Map<String, Resource>[] shards = newShards();

    @Nullable
    Resource find(String name) {
        return shard(name).get(name);
    }

    Resource findOrCreate(String name) {
        return shard(name).computeIfAbsent(name, Resource::new);
    }

    void removeIfIdle(String name) {
        Map<String, Resource> shard = shard(name);
        Resource resource = shard.get(name);
        if (resource != null && resource.isIdle()) {
            shard.remove(name);
        }
    }

    Collection<Resource> shard(int index) {
        return shards[index].values();
    }

    private Map<String, Resource> shard(String name) {
        int hash = name.hashCode();
        // The small tables use the low bits; spread the high ones over the shards.
        return shards[((hash ^ (hash >>> 12)) >>> 4) & (SHARDS - 1)];
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Map<String, Resource>[] newShards() {
        Map[] shards = new Map[SHARDS];
        for (int i = 0; i < SHARDS; i++) {
            shards[i] = new HashMap<>();
        }
        return shards;
    }
}
