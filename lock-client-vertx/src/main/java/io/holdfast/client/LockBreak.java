package io.holdfast.client;

import java.time.Duration;

/**
 * What came of breaking a lock. Immutable.
 *
 * @param grace how long the resource is granted to nobody
 * @param exclusionGivenUp whether a broken holder may still believe in its lock when the next one gets it: then only a store
 *     that checks the fencing token keeps them apart
 */
public record LockBreak(Duration grace, boolean exclusionGivenUp) {}
