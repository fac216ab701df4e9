package io.holdfast.client;

/**
 * The request was sent but no usable answer came, although it was repeated where that is safe: it may have taken effect.
 * After an acquire the lock may be held, by nobody who knows it, until its lease ends or the cancel that was sent after it
 * arrives; ask again after that time, or treat the resource as locked.
 */
public final class LockOutcomeUnknownException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LockOutcomeUnknownException(String message) {
        super(message);
    }
}
