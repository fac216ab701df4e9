package io.holdfast.server.log;

/**
 * What was read back cannot be what was written. The message says what is wrong and, as far as it is known, where; the
 * server must not start on it.
 */
public final class DamagedLogException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DamagedLogException(String message) {
        super(message);
    }

    public DamagedLogException(String message, Throwable cause) {
        super(message, cause);
    }
}
