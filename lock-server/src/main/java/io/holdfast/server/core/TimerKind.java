package io.holdfast.server.core;

/** What ends by time. */
public enum TimerKind {
    LEASE,
    SESSION,
    /** The wait of a request, or the grace of a place nobody is at. */
    PLACE,
    /** The time that the first in line has to come back after a restart, before others are granted. */
    HEAD_START,
    /** A lock-delay, or the grace after a break: what keeps a resource from everybody. */
    LOCK_DELAY,
    /** The server's patience with a connection. */
    CONNECTION
}
