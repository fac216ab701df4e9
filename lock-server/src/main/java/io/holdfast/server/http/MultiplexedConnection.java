package io.holdfast.server.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known of one HTTP/2 connection. Many requests may be arriving on it at once, each with its own time; one that
 * is late is cut off and leaves the others alone. What they have sent so far is bounded together. Confined to the event
 * loop.
 */
final class MultiplexedConnection extends OpenConnection {
    /** How many bodies of full length may be on their way at once; of ordinary length, that is more than streams. */
    static final int MAX_FULL_BODIES = 16;

    /** What has not arrived yet, by stream, the oldest first. */
    private final Map<Long, Body> arriving = new LinkedHashMap<>();

    private final long maxKeptBytes;
    private long keptBytes;

    private static final class Body {
        private final long startMillis;
        private Arrival arrival;
        private long keptBytes;

        Body(long startMillis, Arrival arrival) {
            this.startMillis = startMillis;
            this.arrival = arrival;
        }
    }

    MultiplexedConnection(HttpConnection connection, long acceptedMillis, int maxBodyBytes) {
        super(connection, acceptedMillis);
        this.maxKeptBytes = (long) MAX_FULL_BODIES * maxBodyBytes;
    }

    /** Every request may go on after its headers, and only some calls read how. */
    @Override
    void requestStarted(HttpServerRequest request, long nowMillis) {
        super.requestStarted(request, nowMillis);
        long stream = request.streamId();
        arriving.put(stream, new Body(nowMillis, () -> Rest.cutOff(request)));
        request.endHandler(end -> arrived(stream));
        request.exceptionHandler(gone -> arrived(stream));
    }

    @Override
    void expect(long stream, Arrival arrival) {
        Body body = arriving.get(stream);
        if (body != null) {
            body.arrival = arrival;
        }
    }

    @Override
    void arrived(long stream) {
        Body body = arriving.remove(stream);
        if (body != null) {
            keptBytes -= body.keptBytes;
        }
    }

    @Override
    boolean mayKeep(long stream, int bytes) {
        Body body = arriving.get(stream);
        if (body == null || keptBytes + bytes > maxKeptBytes) {
            return false;
        }
        body.keptBytes += bytes;
        keptBytes += bytes;
        return true;
    }

    @Override
    long patienceMillis(long nowMillis, HttpLimits limits) {
        long patienceMillis = super.patienceMillis(nowMillis, limits);
        if (arriving.isEmpty()) {
            return patienceMillis;
        }
        return Math.min(patienceMillis, Math.max(1, oldestStartMillis() + limits.requestTimeoutMillis() - nowMillis));
    }

    @Override
    void cutOffBodies(long nowMillis, HttpLimits limits) {
        while (!arriving.isEmpty() && oldestStartMillis() + limits.requestTimeoutMillis() <= nowMillis) {
            Iterator<Map.Entry<Long, Body>> oldest = arriving.entrySet().iterator();
            Map.Entry<Long, Body> late = oldest.next();
            oldest.remove();
            keptBytes -= late.getValue().keptBytes;
            late.getValue().arrival.overdue();
        }
    }

    private long oldestStartMillis() {
        return arriving.values().iterator().next().startMillis;
    }
}
