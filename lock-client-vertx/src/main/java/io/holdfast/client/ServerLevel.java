package io.holdfast.client;

import io.holdfast.protocol.LockAnswer;

/**
 * How much of the protocol the service speaks, as its latest telling answer shows: a server that knows only the base
 * ignores what it does not know, and so neither waits nor recognises a repeated request. To be used on the client's context
 * only.
 */
final class ServerLevel {
    private boolean base;

    /** Whether the service is known to speak only the base. */
    boolean isBase() {
        return base;
    }

    void note(LockAnswer answer) {
        switch (answer.status()) {
            case ACQUIRED -> base = answer.requestId() == null;
            case BUSY -> base = answer.queueLength() == null;
            case QUEUED, ENDED, REQUEST_MISMATCH, CANCELLED -> base = false;
            default -> {
                // either would say that
            }
        }
    }
}
