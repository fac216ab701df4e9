package io.holdfast.server;

import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.http.Connections;
import io.holdfast.server.http.Http2Entrance;
import io.holdfast.server.http.LockRoutes;
import io.holdfast.server.log.CommandLog;
import io.holdfast.server.log.MemoryLog;
import io.holdfast.server.log.Promises;
import io.holdfast.server.log.RestartState;
import io.holdfast.server.log.StateFile;
import io.holdfast.server.service.Events;
import io.holdfast.server.service.LockService;
import io.holdfast.server.service.TimeSource;
import io.holdfast.server.service.TokenSource;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock server as a verticle: wiring and life cycle, no rules. All lock state lives on its one event loop, which is
 * what makes it safe without a lock; it refuses to start as a worker or in more than one instance, because that would be
 * two lock tables.
 */
public final class LockServerVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(LockServerVerticle.class);
    private static final long TICK_MS = 100;
    private static final long FOLLOW_UP_MS = 1;
    private static final long STOP_POLL_MS = 20;
    private static final int ACCEPT_BACKLOG = 4_096;
    private static final int RECEIVE_BUFFER_BYTES = 16_384;

    private final TimeSource time;
    private @Nullable Running running;

    /** Everything that exists only between start and stop. */
    private record Running(
            StateFile file, Promises promises, LockService service, HttpServer server, long drainMillis) {}

    /** Creates a server that reads the machine's clocks. */
    public LockServerVerticle() {
        this(TimeSource.system());
    }

    LockServerVerticle(TimeSource time) {
        this.time = time;
    }

    @Override
    public Future<?> start() {
        if (context.getInstanceCount() != 1 || !context.isEventLoopContext()) {
            throw new StartupException(
                    "the lock server runs as one instance on one event loop: no --instances, no worker, no virtual thread");
        }
        LockServerConfig config = LockServerConfig.read(config(), System.getenv(), System.getProperties());
        return vertx.executeBlocking(() -> recover(config)).compose(recovered -> serve(config, recovered));
    }

    /** The port the server listens on, once it has started. */
    public int actualPort() {
        if (running == null) {
            throw new IllegalStateException("the server is not running");
        }
        return running.server.actualPort();
    }

    private record Recovered(StateFile file, @Nullable RestartState last, RestartState first, boolean onLoopback) {}

    private Recovered recover(LockServerConfig config) {
        try {
            StateFile file = StateFile.open(config.dataDir());
            RestartState last = file.read();
            RestartState first = Promises.atStart(last, config.service().defaultTtlMillis(), time.wallMillis());
            requirePlausibleClock(first);
            file.write(first);
            return new Recovered(file, last, first, isLoopback(config.host()));
        } catch (IOException e) {
            throw new StartupException(Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }

    /** The fencing counter never goes back, so a clock that is centuries ahead once would use it up for good. */
    private static void requirePlausibleClock(RestartState first) {
        if (first.fencingReserved() >= ProtocolLimits.FENCING_TOKEN_BOUND / 2) {
            throw new StartupException("the system clock is too far in the future to number locks by it");
        }
    }

    private Future<?> serve(LockServerConfig config, Recovered recovered) {
        Promises promises = new Promises(recovered.first, (state, done) -> vertx.executeBlocking(() -> {
                    recovered.file.write(state);
                    return true;
                })
                .onFailure(e -> LOG.error("Cannot write the state file: {}", e.getMessage()))
                .onComplete(written -> done.accept(written.succeeded())));
        long fencing = recovered.first.fencingReserved() - Promises.FENCING_BLOCK;
        long recoveryMillis = Promises.mustWaitFor(recovered.last);
        CommandLog log = new MemoryLog();
        Events events =
                new Events(config.events(), fencing + 1, time, log, work -> context.runOnContext(turn -> repeat(work)));
        LockService service = new LockService(
                new LockTable(fencing, config.service().endedRequestsKept()),
                time,
                new TokenSource(),
                promises,
                config.service(),
                recoveryMillis,
                events);
        Connections connections = new Connections(time, config.http());
        every100Millis(service::tick);
        every100Millis(connections::tick);
        Handler<HttpServerRequest> routes = new LockRoutes(
                        service, log, connections, config.rules(), config.http().maxBodyBytes(), recovered.onLoopback)
                .handler(vertx);
        return vertx.createHttpServer(httpOptions(config))
                .connectionHandler(config.http2() ? new Http2Entrance(connections, routes) : connections::opened)
                .invalidRequestHandler(LockRoutes::invalidRequest)
                .requestHandler(routes)
                .listen()
                .onSuccess(server -> {
                    running = new Running(recovered.file, promises, service, server, config.drainMillis());
                    announce(config, server, recovered.onLoopback, recoveryMillis);
                })
                .recover(e -> giveUp(recovered, promises)
                        .transform(done -> Future.failedFuture(new StartupException(
                                "cannot listen on " + config.host() + ":" + config.port() + ": " + e.getMessage()))));
    }

    private static HttpServerOptions httpOptions(LockServerConfig config) {
        return new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setAcceptBacklog(ACCEPT_BACKLOG)
                // Bounds what one read can bring in from a client that pipelines and never reads: with the default,
                // sixty of
                // them filled a heap of 256 MB.
                .setReceiveBufferSize(RECEIVE_BUFFER_BYTES)
                .setHandle100ContinueAutomatically(true)
                // Http2Entrance does it. This and the next two put a handler into the path of every request.
                .setHttp2ClearTextEnabled(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
    }

    /** Calls {@code work} every 100 ms, and again in a moment when it says that it is not done. */
    private void every100Millis(BooleanSupplier work) {
        vertx.setPeriodic(TICK_MS, id -> repeat(work));
    }

    private void repeat(BooleanSupplier work) {
        if (work.getAsBoolean()) {
            vertx.setTimer(FOLLOW_UP_MS, id -> repeat(work));
        }
    }

    private static void announce(LockServerConfig config, HttpServer server, boolean onLoopback, long recoveryMillis) {
        LOG.info("Holdfast {} with {}", HoldfastApplication.version(), config.describe());
        if (recoveryMillis > 0) {
            LOG.info(
                    "Recovering: the last run did not end with nothing held, so nothing is granted for {} ms",
                    recoveryMillis);
        }
        if (!onLoopback) {
            LOG.warn("Listening beyond loopback without authentication: whoever reaches {} may lock", config.host());
        }
        LOG.info("Listening on http://{}:{}", config.host(), server.actualPort());
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Override
    public Future<?> stop() {
        Running stopping = running;
        if (stopping == null) {
            return Future.succeededFuture();
        }
        running = null;
        LOG.info("Stopping: no new locks, running requests finish within {} ms", stopping.drainMillis);
        stopping.service.drain();
        long startMillis = time.nowMillis();
        return nothingHeldOr(stopping.drainMillis, stopping.service)
                .compose(done -> {
                    stopping.service.events().end();
                    long leftMillis = stopping.drainMillis - (time.nowMillis() - startMillis);
                    return stopping.server.shutdown(Math.max(0, leftMillis), TimeUnit.MILLISECONDS);
                })
                .transform(closed -> leaveBehind(stopping))
                .onSuccess(done -> LOG.info("Stopped"))
                .onFailure(e -> LOG.error("Stopped, but cannot write the state file: {}", e.getMessage()))
                .otherwiseEmpty();
    }

    /** Holders get the time of the drain to give back what they hold: heartbeats and releases are served all along. */
    private Future<Void> nothingHeldOr(long patienceMillis, LockService service) {
        Promise<Void> promise = Promise.promise();
        long endMillis = time.nowMillis() + patienceMillis;
        vertx.setPeriodic(STOP_POLL_MS, STOP_POLL_MS, id -> {
            if (service.isEmpty() || time.nowMillis() >= endMillis) {
                vertx.cancelTimer(id);
                promise.tryComplete();
            }
        });
        if (service.isEmpty() || patienceMillis == 0) {
            promise.tryComplete();
        }
        return promise.future();
    }

    private Future<?> leaveBehind(Running stopping) {
        return close(stopping.file, stopping.promises.atEnd(stopping.service.isClean()));
    }

    /** A run that never served granted nothing: the next one has to wait for the last one only. */
    private Future<?> giveUp(Recovered recovered, Promises promises) {
        return close(recovered.file, promises.atEnd(Promises.mustWaitFor(recovered.last) == 0));
    }

    private Future<?> close(StateFile stateFile, RestartState state) {
        return vertx.executeBlocking(() -> {
            try (StateFile file = stateFile) {
                file.write(state);
            }
            return true;
        });
    }
}
