package io.holdfast.server.service;

import io.holdfast.protocol.LockEvent;

/** A listener's end of the line: an HTTP response, or what a test has in its place. Confined to the event loop. */
public interface EventSink {
    /** Whether it takes nothing more for now; it says so with {@link Listener#ready} when it does again. */
    boolean isFull();

    /** Adds an event to what is on its way. */
    void event(long id, LockEvent event);

    /** Adds the news that events were missed; the next one is that after {@code id}. */
    void reset(long id);

    /** Adds a sign of life, which also tells that everything up to {@code id} has been told. */
    void comment(long id);

    /** Sends what was added. */
    void flush();

    /** Ends the stream in good order: the server stops. */
    void end();

    /** Ends the stream at once: the listener does not keep up. */
    void cut();
}
