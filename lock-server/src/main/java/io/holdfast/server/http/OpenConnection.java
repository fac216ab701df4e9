package io.holdfast.server.http;

import io.holdfast.server.core.Timer;
import io.holdfast.server.core.TimerKind;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one connection: when it last started a request, the body that is on its way, and how many answers go
 * on for as long as they like. One timer serves all bounds and is looked at once per request time-out; starting and
 * finishing a request only writes two fields.
 * This is HTTP/1.1, where one request arrives at a time and its stream has no number; {@link MultiplexedConnection} is
 * HTTP/2. Confined to the event loop.
 */
class OpenConnection extends Timer {
    private final HttpConnection connection;
    private long lastStartMillis;
    private boolean used;
    private int streams;
    private @Nullable Arrival arrival;

    /** A body on its way. */
    interface Arrival {
        /** It took too long. */
        void overdue();
    }

    OpenConnection(HttpConnection connection, long nowMillis) {
        this.connection = connection;
        this.lastStartMillis = nowMillis;
    }

    @Override
    public TimerKind kind() {
        return TimerKind.CONNECTION;
    }

    void requestStarted(HttpServerRequest request, long nowMillis) {
        used = true;
        lastStartMillis = nowMillis;
    }

    void expect(long stream, Arrival newArrival) {
        arrival = newArrival;
    }

    void arrived(long stream) {
        arrival = null;
    }

    /** Whether there is room for so many more bytes of a body on its way; from then on they count. */
    boolean mayKeep(long stream, int bytes) {
        return true;
    }

    /** When it last started a request; until then, when it was accepted. */
    long lastStartMillis() {
        return lastStartMillis;
    }

    /** An answer begins that ends when one of both sides likes: as long as it lasts, the connection is not idle. */
    void streamOpened() {
        streams++;
    }

    void streamEnded() {
        streams--;
    }

    /** How long this connection may go on from now without anything happening; 0 when its time is up. */
    long patienceMillis(long nowMillis, HttpLimits limits) {
        if (streams > 0) {
            return limits.idleTimeoutMillis();
        }
        boolean awaited = !used || arrival != null;
        long allowed = awaited ? limits.requestTimeoutMillis() : limits.idleTimeoutMillis();
        return Math.max(0, lastStartMillis + allowed - nowMillis);
    }

    /** Ends what is late but for itself; an HTTP/1.1 connection ends with its body. */
    void cutOffBodies(long nowMillis, HttpLimits limits) {}

    void cutOff() {
        Arrival overdue = arrival;
        if (overdue != null) {
            overdue.overdue();
        } else {
            connection.close();
        }
    }
}
