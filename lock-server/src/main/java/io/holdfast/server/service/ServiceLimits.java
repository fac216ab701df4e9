package io.holdfast.server.service;

/**
 * The bounds the service works within. Immutable.
 *
 * @param defaultTtlMillis lease of an acquire that does not name one
 * @param maxLocks locks that may be held at once
 * @param maxWaitersPerResource places in one resource's queue
 * @param maxWaiters places in all queues
 * @param maxSessions sessions open at once
 * @param endedRequestsKept how many requests that are over are remembered
 */
public record ServiceLimits(
        long defaultTtlMillis,
        long maxLocks,
        int maxWaitersPerResource,
        int maxWaiters,
        int maxSessions,
        int endedRequestsKept) {}
