package io.holdfast.client;

import java.util.OptionalLong;

/**
 * The lock is not held (any more). Stop the work it protects; what was already written is safe only where the fencing
 * token was checked.
 */
public final class LockLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final long fencingToken;
    private final LossReason reason;

    LockLostException(String name, OptionalLong fencingToken, LossReason reason, String detail, String why) {
        super("Lock '" + name + "' " + detail + " (" + reason + (why.isEmpty() ? "" : ": " + why) + ")");
        this.name = name;
        this.fencingToken = fencingToken.orElse(-1);
        this.reason = reason;
    }

    /** The resource. */
    public String name() {
        return name;
    }

    /** The token of the hold that was lost; empty if the server gave none. */
    public OptionalLong fencingToken() {
        return fencingToken < 0 ? OptionalLong.empty() : OptionalLong.of(fencingToken);
    }

    /** Why. */
    public LossReason reason() {
        return reason;
    }
}
