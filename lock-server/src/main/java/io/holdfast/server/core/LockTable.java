package io.holdfast.server.core;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what. Knows no time: a hold ends because a command says so, and what makes a command say so is somebody
 * else's business. The same commands in the same order give the same outcomes and the same table. Every command costs
 * O(1). Confined to the event loop.
 */
public final class LockTable {
    /**
     * A single hash table would copy itself whole when it grows: at ten million holds that stalls the event loop for
     * most of a second. Many small ones each copy a few thousand entries.
     */
    private static final int SHARDS = 4096;

    private final Map<String, Hold>[] shards = newShards();
    private long lastFencingToken;
    private int size;

    /**
     * Creates an empty table.
     *
     * @param lastFencingToken the newest fencing token that may ever have been given out; the next one is above it
     */
    public LockTable(long lastFencingToken) {
        this.lastFencingToken = lastFencingToken;
    }

    /** Grants the resource if nobody holds it. The fencing token rises with every grant, of any resource. */
    public AcquireOutcome acquire(AcquireCommand command) {
        Map<String, Hold> shard = shard(command.resourceName());
        Hold holder = shard.get(command.resourceName());
        if (holder != null) {
            return new AcquireOutcome(false, holder);
        }
        lastFencingToken++;
        Hold hold = new Hold(command, lastFencingToken);
        shard.put(command.resourceName(), hold);
        size++;
        return new AcquireOutcome(true, hold);
    }

    /** Says what a token is worth. Changes nothing. */
    public Verdict check(String resourceName, @Nullable Token token) {
        Hold hold = find(resourceName);
        if (hold == null) {
            return Verdict.NOT_FOUND;
        }
        return hold.isProvedBy(token) ? Verdict.CURRENT : Verdict.INVALID_TOKEN;
    }

    /** Ends the hold that this token proves, and no other; {@link Verdict#CURRENT} means that it did. */
    public Verdict release(String resourceName, @Nullable Token token) {
        Verdict verdict = check(resourceName, token);
        if (verdict == Verdict.CURRENT) {
            remove(resourceName);
        }
        return verdict;
    }

    /**
     * Ends a hold whose lease ran out, unless the resource has moved on to another hold meanwhile.
     *
     * @return whether it ended the hold
     */
    public boolean expire(String resourceName, long fencingToken) {
        Hold hold = find(resourceName);
        if (hold == null || hold.fencingToken() != fencingToken) {
            return false;
        }
        remove(resourceName);
        return true;
    }

    /** The hold on a resource, or null when nobody has it. */
    public @Nullable Hold find(String resourceName) {
        return shard(resourceName).get(resourceName);
    }

    /** How many locks are held. */
    public int size() {
        return size;
    }

    /** The newest fencing token given to anybody. */
    public long lastFencingToken() {
        return lastFencingToken;
    }

    private void remove(String resourceName) {
        shard(resourceName).remove(resourceName);
        size--;
    }

    private Map<String, Hold> shard(String resourceName) {
        int hash = resourceName.hashCode();
        // The small tables use the low bits; spread the high ones over the shards.
        return shards[(hash ^ (hash >>> 12)) >>> 4 & (SHARDS - 1)];
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Map<String, Hold>[] newShards() {
        Map[] shards = new Map[SHARDS];
        for (int i = 0; i < SHARDS; i++) {
            shards[i] = new HashMap<>();
        }
        return shards;
    }
}
