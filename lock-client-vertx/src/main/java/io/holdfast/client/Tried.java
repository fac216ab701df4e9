package io.holdfast.client;

import io.holdfast.protocol.Status;
import org.jspecify.annotations.Nullable;

/**
 * What came of one attempt to acquire. Immutable.
 *
 * @param grant the lock; null unless {@link Kind#GRANTED}
 * @param status what the server answered; null where it did not answer, or where the answer does not matter
 * @param detail for people
 */
record Tried(Kind kind, @Nullable Grant grant, @Nullable Status status, String detail) {

    enum Kind {
        GRANTED,
        /** Somebody else holds it. */
        BUSY,
        /** Nothing happened; may be tried again. */
        UNAVAILABLE,
        /** Nothing happened, and nothing would if it were tried again. */
        REFUSED,
        /** It may be held. */
        UNKNOWN
    }

    static Tried granted(Grant grant) {
        return new Tried(Kind.GRANTED, grant, null, "");
    }

    static Tried busy(String detail) {
        return new Tried(Kind.BUSY, null, Status.BUSY, detail);
    }

    static Tried unavailable(String detail) {
        return new Tried(Kind.UNAVAILABLE, null, null, detail);
    }

    static Tried refused(Status status, String detail) {
        return new Tried(Kind.REFUSED, null, status, detail);
    }

    static Tried unknown(String detail) {
        return new Tried(Kind.UNKNOWN, null, null, detail);
    }

    boolean mayRepeat() {
        return kind == Kind.BUSY || kind == Kind.UNAVAILABLE;
    }

    /** What to tell the caller when this was the last attempt. */
    RuntimeException failure(String name) {
        if (status != null) {
            return new LockRefusedException(status, "Lock '" + name + "' was refused: " + detail);
        }
        return kind == Kind.UNKNOWN
                ? new LockOutcomeUnknownException("Lock '" + name + "' may have been granted and would then stay locked"
                        + " until its lease ends: " + detail)
                : new LockUnavailableException("Lock '" + name + "' could not be asked for: " + detail);
    }
}
