package io.holdfast.client;

import io.holdfast.protocol.Status;
import org.jspecify.annotations.Nullable;

/**
 * What came of one attempt to acquire. Immutable.
 *
 * @param grant the lock; null unless {@link Kind#GRANTED}
 * @param status what the server answered; null where it did not answer, or where the answer does not matter
 * @param detail for people
 * @param retryAfterMillis how long the server asks to be left alone; 0 if it does not
 */
record Tried(Kind kind, @Nullable Grant grant, @Nullable Status status, String detail, long retryAfterMillis) {

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
        /** The session it was asked for in is over, and nothing happened; may be tried in another one. */
        SESSION_GONE,
        /** Nothing happened, and nothing would if it were tried again. */
        REFUSED,
        /** It may be held, or wait in line. */
        UNKNOWN
    }

    static Tried granted(Grant grant) {
        return new Tried(Kind.GRANTED, grant, null, "", 0);
    }

    static Tried queued(String detail) {
        return new Tried(Kind.QUEUED, null, Status.QUEUED, detail, 0);
    }

    static Tried busy(String detail) {
        return new Tried(Kind.BUSY, null, Status.BUSY, detail, 0);
    }

    static Tried unavailable(String detail, long retryAfterMillis) {
        return new Tried(Kind.UNAVAILABLE, null, null, detail, retryAfterMillis);
    }

    static Tried ended(String detail) {
        return new Tried(Kind.ENDED, null, Status.ENDED, detail, 0);
    }

    static Tried sessionGone(String detail) {
        return new Tried(Kind.SESSION_GONE, null, null, detail, 0);
    }

    static Tried refused(Status status, String detail) {
        return new Tried(Kind.REFUSED, null, status, detail, 0);
    }

    static Tried unknown(String detail) {
        return new Tried(Kind.UNKNOWN, null, null, detail, 0);
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
        return kind == Kind.UNAVAILABLE || kind == Kind.SESSION_GONE
                ? unavailable(waited, 0).failure(name)
                : refused(Status.TIMEOUT, waited).failure(name);
    }
}
