package io.holdfast.server;

import io.holdfast.server.http.Connections;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;

/** What is behind the port: a node that is alone, or one of several. Confined to the event loop. */
interface Node {
    /** Makes what answers the requests of these connections. To be called once, before the port is opened. */
    Handler<HttpServerRequest> open(Connections connections, boolean onLoopback);

    /** The port is open. Fails if this node may not serve. */
    Future<?> begin();

    /** Ends what it serves, within so many milliseconds; requests are still answered. */
    Future<?> end(long patienceMillis);

    /** Leaves the data directory to the next run; to be called after the last answer. */
    Future<?> close();
}
