/**
 * The async client of the Holdfast lock service: {@link io.holdfast.client.LockClient} and what it hands out. Locks are
 * leases; the client keeps them alive and says in time when one is lost.
 */
@NullMarked
package io.holdfast.client;

import org.jspecify.annotations.NullMarked;
