package io.holdfast.verification.campaign;

import java.io.IOException;

/** A server did not come up before anything was done to it: another program may have taken its port. Says nothing of the promises. */
final class NotSetUpException extends IOException {
    private static final long serialVersionUID = 1L;

    NotSetUpException(String message) {
        super(message);
    }
}
