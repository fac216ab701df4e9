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

    /** To be called with every connection the server accepts. */
    public void opened(HttpConnection connection) {
        if (open.size() >= limits.maxConnections()) {
            connection.close();
            return;
        }
        OpenConnection entry = new OpenConnection(connection, time.nowMillis());
        open.put(connection, entry);
        timers.arm(entry, time.nowMillis(), limits.requestTimeoutMillis());
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
            entry.requestStarted(time.nowMillis());
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
