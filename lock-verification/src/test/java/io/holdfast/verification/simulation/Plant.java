package io.holdfast.verification.simulation;

/** A bug put in on purpose, to see whether the simulation finds it. */
enum Plant {
    /** The product as it is. */
    NONE,
    /** The client counts its lease from the answer instead of from the request. */
    CLIENT_COUNTS_FROM_THE_ANSWER,
    /** The client takes a heartbeat that was lost for one that was confirmed. */
    CLIENT_IGNORES_LOST_HEARTBEATS,
    /** The client keeps its lock and beats on for ever. */
    CLIENT_NEVER_GIVES_BACK,
    /** The server's clock runs a fifth fast, beyond what is promised for. */
    SERVER_CLOCK_FAST,
    /** The server's disk is empty after a crash. */
    DISK_WIPED,
    /** The fencing counter starts again with the server. */
    TOKENS_START_AGAIN,
    /** The server forgets requests that are over. */
    REQUESTS_FORGOTTEN,
    /** The server confirms heartbeats on leases that are gone. */
    STALE_HEARTBEAT_CONFIRMED,
    /** The server does not hear that a waiter is gone. */
    DEAD_WAITERS_KEPT,
    /** A release frees the lock and tells nobody. */
    RELEASE_WAKES_NOBODY,
    /** A cancel is confirmed and not done. */
    CANCEL_DOES_NOTHING,
    /** The server looks at its timers every other second only, and takes that for standing still. */
    TICKS_FORGOTTEN,
    /** Whoever only tries goes before those who wait. */
    TRY_OVERTAKES,
    /** The client counts its session's lease from the answer instead of from the request. */
    SESSION_COUNTS_FROM_THE_ANSWER,
    /** The client does not notice that its machine slept. */
    SLEEP_NOT_NOTICED,
    /** The server confirms heartbeats on sessions that are over. */
    SESSION_RESURRECTED,
    /** Closing a session is confirmed and not done. */
    SESSION_CLOSE_LEAVES_LOCKS,
    /** What was broken is granted again during the grace. */
    GRACE_CUT_SHORT,
    /** A loss is taken for heard as soon as it was written into an answer. */
    LOSS_FORGOTTEN_BEFORE_HEARD,
    /** The server does not say that others wait. */
    WANTED_NOT_TOLD,
    /** The client does not listen to what its session has lost. */
    CLIENT_IGNORES_LOSSES
}
