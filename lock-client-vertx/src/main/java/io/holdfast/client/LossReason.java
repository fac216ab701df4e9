package io.holdfast.client;

import io.holdfast.client.core.LossCause;

/** Why a lock was lost. Whatever the reason: stop the work the lock protects, or let the fencing token stop it. */
public enum LossReason {
    /**
     * The lease ended on the server, for instance because this process stood still; or the machine slept, and it may have
     * ended meanwhile.
     */
    EXPIRED,
    /** An operator broke the lock. */
    BROKEN,
    /** The session the lock belonged to was closed or expired. */
    SESSION_CLOSED,
    /** No heartbeat could be confirmed in time, so the lease can no longer be relied on. */
    UNREACHABLE,
    /** The server says that this holder does not hold the lock (any more). */
    NOT_HELD;

    static LossReason of(LossCause cause) {
        return switch (cause) {
            case LEASE_GONE, SLEPT -> EXPIRED;
            case BROKEN -> BROKEN;
            case SESSION_GONE -> SESSION_CLOSED;
            case SILENCE -> UNREACHABLE;
            case OTHER_TOKEN -> NOT_HELD;
        };
    }
}
