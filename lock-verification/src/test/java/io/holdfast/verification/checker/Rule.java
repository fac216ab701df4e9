package io.holdfast.verification.checker;

/** What is checked. */
public enum Rule {
    /** All answers to one request id give the same hold. */
    RETRIES,
    /** Fencing tokens are unique and rise in grant order, over restarts too. */
    TOKENS,
    /** What excludes each other is never held at once, and no hold ends before its lease unless somebody ended it. */
    EXCLUSION,
    /** Two clients never believe at once in what excludes each other. */
    BELIEF,
    /** The protected resource never goes back to an older fence, and keeps what it has acknowledged. */
    FENCED_WRITES,
    /** Those who wait are served by ticket, and nobody is sent away without a reason. */
    ORDER,
    /** What is free is not kept from somebody who waits for it. */
    LIVENESS
}
