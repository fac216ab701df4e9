package io.holdfast.client.core;

/** What was observed that ended a hold against the holder's will. */
public enum LossCause {
    /** The server knows no such lock any more: its lease ended there. */
    LEASE_GONE,
    /** An operator broke the lock. */
    BROKEN,
    /** The session the lock belonged to ended. */
    SESSION_GONE,
    /** No heartbeat was confirmed until the deadline. */
    SILENCE,
    /** The machine slept, so nobody can say how much of the lease was left. */
    SLEPT,
    /** The server knows the lock under another token. */
    OTHER_TOKEN
}
