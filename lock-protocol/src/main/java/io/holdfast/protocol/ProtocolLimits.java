package io.holdfast.protocol;

/** The bounds both sides know without asking. Durations in milliseconds. */
public final class ProtocolLimits {
    public static final int DEFAULT_PORT = 5000;
    public static final long DEFAULT_TTL_MS = 45_000;
    public static final long MIN_TTL_MS = 1_000;
    /** The longest lease any server may be configured to give: a day. */
    public static final long MAX_TTL_MS = 86_400_000;

    /** Any server takes this long a wait; one that allows less waits less, and says 202 or Timeout then. */
    public static final long MAX_WAIT_MS = 60_000;

    public static final long MAX_LOCK_DELAY_MS = 60_000;
    public static final int MAX_PERMITS = 1_000_000;
    public static final int MIN_REQUEST_ID_CHARS = 8;
    public static final int MAX_REQUEST_ID_CHARS = 64;
    public static final int MAX_METADATA_BYTES = 1_024;
    public static final int MAX_BREAK_REASON_CHARS = 256;
    /** A wait may be this many times as long as the lease it is for. */
    public static final int MAX_WAIT_PER_TTL = 5;
    /** Holders an answer names at most, the oldest first. */
    public static final int MAX_HOLDERS_SHOWN = 100;
    /** Losses, and as many wanted names, that the answer to one heartbeat of a session has at most; more follow. */
    public static final int MAX_SESSION_NEWS = 100;
    /** Entries a page of a listing has at most. */
    public static final int MAX_LIST_LIMIT = 1_000;
    /** Fencing tokens stay below this, so that a JSON reader with doubles does not round them. */
    public static final long FENCING_TOKEN_BOUND = 1L << 53;
    /** Nesting a request body may have; the deepest request of the protocol needs three. */
    static final int MAX_JSON_DEPTH = 16;

    private ProtocolLimits() {}
}
