package io.holdfast.server.core;

/**
 * The name of one acquire, so that it can be asked for twice. For a set, the resource is the set's smallest. Immutable;
 * {@link #toString} leaves the request id out, because it is a secret.
 */
public record RequestKey(String resourceName, String clientId, String requestId) {
    @Override
    public String toString() {
        return "RequestKey[resourceName=" + resourceName + ", clientId=" + clientId + "]";
    }
}
