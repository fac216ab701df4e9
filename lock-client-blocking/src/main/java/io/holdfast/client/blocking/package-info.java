/**
 * The blocking client of the Holdfast lock service: {@link io.holdfast.client.blocking.BlockingLockClient} and the
 * closeable handles it hands out. A thin facade over {@link io.holdfast.client.LockClient}, which keeps the leases alive
 * and knows when one is lost; all that is added here is waiting.
 */
@NullMarked
package io.holdfast.client.blocking;

import org.jspecify.annotations.NullMarked;
