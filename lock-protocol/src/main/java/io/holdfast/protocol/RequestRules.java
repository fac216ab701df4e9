package io.holdfast.protocol;

/**
 * What a server accepts in requests, beyond the fixed protocol. Immutable.
 *
 * @param maxNameBytes longest resource name and client id, in bytes of UTF-8; at least 1
 * @param maxTtlMs longest lease that may be asked for, in milliseconds
 * @param maxWaitMs longest wait one request gets, in milliseconds
 */
public record RequestRules(int maxNameBytes, long maxTtlMs, long maxWaitMs) {}
