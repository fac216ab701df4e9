package io.holdfast.client;

import io.vertx.core.Future;

/** A stream of events that somebody listens to, until it is closed or the client is. This class is thread-safe. */
public final class LockEvents {
    private final Callers callers;
    private final EventFeed feed;

    LockEvents(Callers callers, EventFeed feed) {
        this.callers = callers;
        this.feed = feed;
    }

    /**
     * Completes when the stream has ended for good: with success when it was closed; else it fails with
     * {@link LockRefusedException}, because the service has no events for us, or with what the listener threw. A service
     * that cannot be reached does not end it.
     */
    public Future<Void> ended() {
        return callers.call(feed::ended);
    }

    /** Ends the stream; the listener is called no more once this has completed. Never fails, and may be called again. */
    public Future<Void> close() {
        return callers.call(feed::close).otherwiseEmpty();
    }
}
