package io.holdfast.server.core;

/** Why an acquire that had a request id is over. */
public enum EndReason {
    RELEASED,
    EXPIRED,
    CANCELLED,
    /** The session it was part of was closed. */
    SESSION_CLOSED,
    /** An operator took it from its holder. */
    BROKEN,
    /** It waited, and nobody came back for its place in time. */
    ABANDONED
}
