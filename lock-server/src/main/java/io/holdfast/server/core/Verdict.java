package io.holdfast.server.core;

/** What the table says to somebody who shows a token. */
public enum Verdict {
    /** The token is the current one. */
    CURRENT,
    /** The resource is held under another token. */
    INVALID_TOKEN,
    /** Nobody holds the resource. */
    NOT_FOUND
}
