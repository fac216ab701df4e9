package io.holdfast.server.core;

/** One resource of what is asked for, and how. Immutable. */
public record Part(String resourceName, Claim claim) {}
