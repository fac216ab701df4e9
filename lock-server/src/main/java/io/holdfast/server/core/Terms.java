package io.holdfast.server.core;

import java.util.Map;

/**
 * What a holder wants beyond the resource itself. Immutable, and shared by all holds with the same terms.
 *
 * @param ttlMillis length of the lease, carried for whoever arms it
 * @param lockDelayMillis how long the resource stays unavailable after this hold expires
 * @param metadata shown to others; in the order it was sent
 */
public record Terms(long ttlMillis, long lockDelayMillis, Map<String, String> metadata) {
    /** How long after its last renewal a hold may keep others out. */
    public long claimedMillis() {
        return ttlMillis + lockDelayMillis;
    }
}
