package io.holdfast.client;

/** The service could not be reached or cannot serve now. Nothing happened: try again later. */
public final class LockUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LockUnavailableException(String message) {
        super(message);
    }
}
