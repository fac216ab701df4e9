package io.holdfast.server.core;

/** What ends by time. */
public enum TimerKind {
    LEASE,
    SESSION,
    /** The wait of a request, or the grace of a place nobody is at. */
    PLACE,
    LOCK_DELAY,
    /** The server's patience with a connection. */
    CONNECTION
}
