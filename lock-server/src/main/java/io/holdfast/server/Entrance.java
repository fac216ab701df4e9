package io.holdfast.server;

import io.holdfast.server.http.Connections;
import io.holdfast.server.http.Http2Entrance;
import io.holdfast.server.http.LockRoutes;
import io.holdfast.server.service.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port, and who may come in by it. Confined to the event loop. */
final class Entrance {
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);
    private static final int ACCEPT_BACKLOG = 4_096;
    private static final int RECEIVE_BUFFER_BYTES = 16_384;

    private final Vertx vertx;
    private final LockServerConfig config;
    private final Connections connections;
    private final boolean onLoopback;

    Entrance(Vertx vertx, LockServerConfig config, TimeSource time) {
        this.vertx = vertx;
        this.config = config;
        this.connections = new Connections(time, config.http());
        this.onLoopback = isLoopback(config.host());
    }

    /** Opens the port to what the node makes of requests. */
    Future<HttpServer> open(Node node) {
        Ticks.every100Millis(vertx, connections::tick);
        Handler<HttpServerRequest> handler = node.open(connections, onLoopback);
        return vertx.createHttpServer(options())
                .connectionHandler(config.http2() ? new Http2Entrance(connections, handler) : connections::opened)
                .invalidRequestHandler(LockRoutes::invalidRequest)
                .requestHandler(handler)
                .listen()
                .onSuccess(server -> announce(server.actualPort()))
                .recover(e -> Future.failedFuture(new StartupException(
                        "cannot listen on " + config.host() + ":" + config.port() + ": " + e.getMessage())));
    }

    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setAcceptBacklog(ACCEPT_BACKLOG)
                // Bounds what one read can bring in from a client that pipelines and never reads: with the default,
                // sixty of them filled a heap of 256 MB.
                .setReceiveBufferSize(RECEIVE_BUFFER_BYTES)
                .setHandle100ContinueAutomatically(true)
                // Http2Entrance does it. This and the next two put a handler into the path of every request.
                .setHttp2ClearTextEnabled(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
    }

    private void announce(int port) {
        LOG.info("Holdfast {} with {}", HoldfastApplication.version(), config.describe());
        if (!onLoopback) {
            LOG.warn("Listening beyond loopback without authentication: whoever reaches {} may lock", config.host());
        }
        LOG.info("Listening on http://{}:{}", config.host(), port);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
