package io.holdfast.client;

/** How a {@link LockHandle} stands with its lock. */
public enum HoldState {
    /** The lock is held. */
    HELD,
    /** Still held, but no heartbeat was confirmed for 0.6 of the lease: a good moment to wind down. */
    AT_RISK,
    /** The lock was lost. Final. */
    LOST,
    /** The holder has begun to give the lock back, or has done so. Final. */
    RELEASED
}
