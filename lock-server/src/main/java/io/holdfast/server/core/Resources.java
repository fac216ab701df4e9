package io.holdfast.server.core;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The resources by name. Confined to the event loop. */
final class Resources {
    /**
     * A single hash table would copy itself whole when it grows: at ten million holds that stalls the event loop. Many
     * small ones each copy a few thousand entries.
     */
    static final int SHARDS = 4096;

    private final NumberedResources numbered = new NumberedResources();
    private final ResourceShard[] shards = new ResourceShard[SHARDS];

    Resources() {
        for (int i = 0; i < SHARDS; i++) {
            shards[i] = new ResourceShard(numbered);
        }
    }

    @Nullable
    Resource find(String name) {
        return shard(name).find(name);
    }

    Resource findOrCreate(String name) {
        ResourceShard shard = shard(name);
        Resource found = shard.find(name);
        return found != null ? found : shard.add(new Resource(name));
    }

    void removeIfIdle(String name) {
        ResourceShard shard = shard(name);
        Resource resource = shard.find(name);
        if (resource != null && resource.isIdle()) {
            shard.remove(name);
        }
    }

    Collection<Resource> shard(int index) {
        return shards[index].all();
    }

    private ResourceShard shard(String name) {
        return shards[shardOf(name)];
    }

    static int shardOf(String name) {
        int hash = name.hashCode();
        // So that every bit has a say in it.
        return (hash ^ (hash >>> 12)) & (SHARDS - 1);
    }
}
