package io.holdfast.client;

import io.holdfast.protocol.Status;

/**
 * The service said no, and nothing is held. Do not simply repeat the call: either the lock could not be
 * had within the wait ({@link Status#TIMEOUT}, or {@link Status#BUSY} where there was to be none), or the request itself
 * has to change.
 */
public final class LockRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Status status;

    LockRefusedException(Status status, String message) {
        super(message);
        this.status = status;
    }

    /** What the service answered. */
    public Status status() {
        return status;
    }
}
