package io.holdfast.server.core;

import org.jspecify.annotations.Nullable;

/**
 * Asks the table for a resource. The secret and the time that is shown are drawn by the caller and travel inside, so
 * that the same commands give the same table anywhere.
 *
 * @param ttlMillis length of the lease, carried for whoever arms it
 * @param acquiredAtMillis wall-clock time, to be shown only
 */
public record AcquireCommand(
        String resourceName, @Nullable String clientId, Token token, long ttlMillis, long acquiredAtMillis) {}
