package io.holdfast.server.core;

/**
 * What an {@link AcquireCommand} came to.
 *
 * @param granted whether the resource is now the caller's
 * @param hold the new hold, or the one that is in the way
 */
public record AcquireOutcome(boolean granted, Hold hold) {}
