package io.holdfast.server.service;

/**
 * The bounds of telling events. Immutable.
 *
 * @param kept how many events a listener that was away can still be told of; at least 1
 * @param maxStreams how many may listen at once
 */
public record EventLimits(int kept, int maxStreams) {}
