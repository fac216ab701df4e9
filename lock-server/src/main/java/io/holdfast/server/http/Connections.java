package io.holdfast.server.http;

import io.holdfast.server.core.Timer;
import io.holdfast.server.core.Timers;
import io.holdfast.server.service.TimeSource;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps clients from holding the server's connections for nothing: no more than so many at once, the first request's
 * headers within the request time-out, later ones within the idle time-out, and every body within the request time-out.
 * Counts requests rather than bytes, so that a client that trickles is cut as well as one that is silent. Confined to
 * the event loop.
 */
public final class Connections {
    private static final int TIMERS_PER_TICK = 1_024;

    private final Map<HttpConnection, OpenConnection> open = new HashMap<>();
    private final Timers timers;
    private final TimeSource time;
    private final HttpLimits limits;
    /** Stamped when a request starts: what it does on arrival it does in the same turn. */
    private long nowMillis;

    /** Creates the watch over a server that has no connections yet. */
    public Connections(TimeSource time, HttpLimits limits) {
        this.timers = new Timers(time.nowMillis());
        this.time = time;
        this.limits = limits;
    }

    /** To be called with every connection the server accepts. */
    public void opened(HttpConnection connection) {
        if (open.size() >= limits.maxConnections()) {
            connection.close();
            return;
        }
        OpenConnection entry = new OpenConnection(connection);
        open.put(connection, entry);
        timers.arm(entry, time.nowMillis(), limits.requestTimeoutMillis());
        connection.closeHandler(closed -> {
            open.remove(connection);
            timers.cancel(entry);
        });
    }

    /** To be called when a request's headers are there. */
    void requestStarted(HttpServerRequest request) {
        nowMillis = time.nowMillis();
        OpenConnection entry = open.get(request.connection());
        if (entry != null) {
            timers.extend(entry, nowMillis, limits.idleTimeoutMillis());
        }
    }

    /** Calls {@link Arrival#overdue} unless {@link #arrived} is called in time, counted from the request's start. */
    void expect(Arrival arrival) {
        timers.arm(arrival, nowMillis, limits.requestTimeoutMillis());
    }

    void arrived(Arrival arrival) {
        timers.cancel(arrival);
    }

    /** Cuts off what is overdue. To be called every 100 ms; again soon when it returns true. */
    public boolean tick() {
        return timers.tick(time.nowMillis(), TIMERS_PER_TICK, timer -> ((Overdue) timer).overdue());
    }

    /** Something that has to happen in time. */
    private interface Overdue {
        void overdue();
    }

    /** A body on its way. */
    abstract static class Arrival extends Timer implements Overdue {}

    private static final class OpenConnection extends Timer implements Overdue {
        private final HttpConnection connection;

        private OpenConnection(HttpConnection connection) {
            this.connection = connection;
        }

        @Override
        public void overdue() {
            connection.close();
        }
    }
}
