package io.holdfast.server.http;

/**
 * The bounds HTTP clients are held to. Immutable.
 *
 * @param maxConnections connections open at once; further ones are closed at once
 * @param idleTimeoutMillis how long a connection may go without starting another request
 * @param requestTimeoutMillis how long a request's headers, and then its body, may take to arrive
 * @param maxBodyBytes longest request body
 */
public record HttpLimits(int maxConnections, long idleTimeoutMillis, long requestTimeoutMillis, int maxBodyBytes) {}
