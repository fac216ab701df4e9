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
        /** Its place in line is kept. */
        QUEUED,
        /** Somebody else holds it. */
        BUSY,
        /** Nothing happened; may be tried again. */
        UNAVAILABLE,
        /** The acquire is over, however it went; may be tried again as another one. */
        ENDED,
        /** Nothing happened, and nothing would if it were tried again. */
        REFUSED,
        /** It may be held, or wait in line. */
        UNKNOWN
    }

    static Tried granted(Grant grant) {
        return new Tried(Kind.GRANTED, grant, null, "");
    }

    static Tried queued(String detail) {
        return new Tried(Kind.QUEUED, null, Status.QUEUED, detail);
    }

    static Tried busy(String detail) {
        return new Tried(Kind.BUSY, null, Status.BUSY, detail);
    }

    static Tried unavailable(String detail) {
        return new Tried(Kind.UNAVAILABLE, null, null, detail);
    }

    static Tried ended(String detail) {
        return new Tried(Kind.ENDED, null, Status.ENDED, detail);
    }

    static Tried refused(Status status, String detail) {
        return new Tried(Kind.REFUSED, null, status, detail);
    }

    static Tried unknown(String detail) {
        return new Tried(Kind.UNKNOWN, null, null, detail);
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

    /** What to tell the caller who waited as long as it wanted, and this was the last attempt. */
    RuntimeException timeOut(String name, long waitedMillis) {
        String waited = detail + " (after waiting " + waitedMillis + " ms)";
        return kind == Kind.UNAVAILABLE
                ? unavailable(waited).failure(name)
                : refused(Status.TIMEOUT, waited).failure(name);
    }
}
