package io.holdfast.server.http;

import io.holdfast.server.core.Timer;
import io.holdfast.server.core.Timers;
import io.holdfast.server.service.TimeSource;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /** Creates the watch over a server that has no connections yet. */
    public Connections(TimeSource time, HttpLimits limits) {
        this.timers = new Timers(time.nowMillis());
        this.time = time;
        this.limits = limits;
    }

    /**
     * To be called with every connection the server accepts.
     *
     * @return false if it is one too many, and is being closed
     */
    public boolean opened(HttpConnection connection) {
        if (open.size() >= limits.maxConnections()) {
            connection.close();
            return false;
        }
        watch(connection, new OpenConnection(connection, time.nowMillis()));
        return true;
    }

    /** To be called when an accepted connection turns out to speak HTTP/2; its time goes on. */
    void continued(HttpConnection accepted, HttpConnection http2) {
        OpenConnection entry = open.remove(accepted);
        if (entry == null) {
            http2.close();
            return;
        }
        timers.cancel(entry);
        watch(http2, new MultiplexedConnection(http2, entry.lastStartMillis(), limits.maxBodyBytes()));
    }

    private void watch(HttpConnection connection, OpenConnection entry) {
        open.put(connection, entry);
        timers.arm(entry, time.nowMillis(), Math.max(1, entry.patienceMillis(time.nowMillis(), limits)));
        connection.closeHandler(closed -> {
            open.remove(connection);
            timers.cancel(entry);
        });
    }

    /**
     * To be called when a request's headers are there.
     *
     * @return the connection it came on, or null if that is being closed
     */
    @Nullable
    OpenConnection requestStarted(HttpServerRequest request) {
        OpenConnection entry = open.get(request.connection());
        if (entry != null) {
            entry.requestStarted(request, time.nowMillis());
        }
        return entry;
    }

    /** The connection a request came on, or null if that is being closed. */
    @Nullable
    OpenConnection find(HttpServerRequest request) {
        return open.get(request.connection());
    }

    /** Cuts off what is overdue. To be called every 100 ms; again soon when it returns true. */
    public boolean tick() {
        return timers.tick(time.nowMillis(), TIMERS_PER_TICK, this::look);
    }

    private void look(Timer timer) {
        OpenConnection entry = (OpenConnection) timer;
        long nowMillis = time.nowMillis();
        entry.cutOffBodies(nowMillis, limits);
        long patienceMillis = entry.patienceMillis(nowMillis, limits);
        if (patienceMillis > 0) {
            // No longer than this: a body that starts to arrive right after this look has less time than an idle
            // client.
            timers.arm(entry, nowMillis, Math.min(patienceMillis, limits.requestTimeoutMillis()));
        } else {
            entry.cutOff();
        }
    }
}
