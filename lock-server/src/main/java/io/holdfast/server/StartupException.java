package io.holdfast.server;

/**
 * The server cannot start, and the message says why in one line fit for an operator. Nothing was served; correct the
 * cause and start again. Carries no stack trace, because the message is the whole story.
 */
public final class StartupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StartupException(String message) {
        super(message, null, false, false);
    }
}
