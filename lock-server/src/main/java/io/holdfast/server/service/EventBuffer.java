package io.holdfast.server.service;

import io.holdfast.protocol.EventKind;
import io.holdfast.protocol.LockEvent;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The newest so many events, in the order in which they happened. Every event costs a few writes into arrays that are
 * there already, whether somebody listens or not; an object is made of it only for a listener. Confined to the event loop.
 */
final class EventBuffer {
    private final int kept;
    private final @Nullable EventKind[] kinds;
    private final @Nullable String[] resourceNames;
    private final @Nullable String[] clientIds;
    /** 0 for an event that has none. */
    private final long[] fencingTokens;

    private final long[] wallMillis;
    private final @Nullable String[] reasons;
    private final boolean[] exclusionGivenUp;
    private final long firstId;
    private long nextId;

    /**
     * Creates a buffer that has seen nothing.
     *
     * @param kept how many events can be read again; at least 1
     * @param firstId the number of the first event
     */
    EventBuffer(int kept, long firstId) {
        this.kept = kept;
        this.kinds = new EventKind[kept];
        this.resourceNames = new String[kept];
        this.clientIds = new String[kept];
        this.fencingTokens = new long[kept];
        this.wallMillis = new long[kept];
        this.reasons = new String[kept];
        this.exclusionGivenUp = new boolean[kept];
        this.firstId = firstId;
        this.nextId = firstId;
    }

    /** Numbers an event and keeps it, in the place of the oldest when there is no other. */
    void add(
            EventKind kind,
            String resourceName,
            @Nullable String clientId,
            long fencingToken,
            long atMillis,
            @Nullable String reason,
            boolean givenUp) {
        int slot = slot(nextId);
        // What stands there already is left: to the collector, every write of a reference into an old array is work.
        if (kinds[slot] != kind) {
            kinds[slot] = kind;
        }
        resourceNames[slot] = resourceName;
        if (!Objects.equals(clientIds[slot], clientId)) {
            clientIds[slot] = clientId;
        }
        fencingTokens[slot] = fencingToken;
        wallMillis[slot] = atMillis;
        if (reason != null || reasons[slot] != null) {
            reasons[slot] = reason;
        }
        exclusionGivenUp[slot] = givenUp;
        nextId++;
    }

    /** The number the next event will get. */
    long nextId() {
        return nextId;
    }

    /** The number of the oldest event that is kept; {@link #nextId} when none is. */
    long oldestId() {
        return Math.max(firstId, nextId - kept);
    }

    /** Whether everything that came after the event of that number is kept; false for a number of another run. */
    boolean reachesBackTo(long id) {
        return id >= oldestId() - 1 && id < nextId;
    }

    /** The resource of an event that is kept. */
    String resourceName(long id) {
        return Objects.requireNonNull(resourceNames[slot(id)]);
    }

    /** An event that is kept. */
    LockEvent read(long id) {
        int slot = slot(id);
        long fencingToken = fencingTokens[slot];
        return new LockEvent(
                Objects.requireNonNull(kinds[slot]),
                resourceName(id),
                clientIds[slot],
                fencingToken == 0 ? null : (Long) fencingToken,
                Instant.ofEpochMilli(wallMillis[slot]),
                reasons[slot],
                exclusionGivenUp[slot]);
    }

    private int slot(long id) {
        return (int) (id % kept);
    }
}
