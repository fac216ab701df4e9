package io.holdfast.server.service;

/**
 * The bounds the service works within. Immutable.
 *
 * @param defaultTtlMillis lease of an acquire that does not name one
 * @param maxLocks locks that may be held at once
 */
public record ServiceLimits(long defaultTtlMillis, long maxLocks) {}
