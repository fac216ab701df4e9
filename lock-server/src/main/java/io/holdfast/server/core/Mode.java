package io.holdfast.server.core;

/** How a resource is shared between its holders. */
public enum Mode {
    /** One holder and nobody else. */
    EXCLUSIVE,
    /** Any number of shared holders, or one exclusive. */
    SHARED,
    /** So many permits out of a limit: a counting semaphore. */
    PERMITS
}
