/**
 * Checks of fencing tokens, for whoever is written to. A lock with a lease can be lost while its holder works, and the
 * holder may learn of it too late; a store that refuses a lower fencing token than it has seen is what keeps such a
 * holder from writing over the next one. {@link io.holdfast.fencing.FenceGuard} remembers in memory,
 * {@link io.holdfast.fencing.JdbcFence} in a database, within the transaction of the write.
 *
 * <p>Works because the service's fencing tokens rise in grant order, over all its resources and restarts. <b>For exclusive
 * locks only.</b> Holders of a shared lock or of permits hold at the same time, by right: the one granted later has the
 * higher token, and a check would refuse all the others.
 *
 * <p>This package needs the JDK and nothing else, neither the lock client nor the service.
 */
@NullMarked
package io.holdfast.fencing;

import org.jspecify.annotations.NullMarked;
