package io.holdfast.server;

import io.holdfast.server.http.BackupRoute;
import io.holdfast.server.http.Connections;
import io.holdfast.server.http.Http2Entrance;
import io.holdfast.server.http.LockRoutes;
import io.holdfast.server.log.NodeFile;
import io.holdfast.server.log.StateFile;
import io.holdfast.server.service.LockService;
import io.holdfast.server.service.TimeSource;
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
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
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
    private static final long STOP_POLL_MS = 20;
    private static final int ACCEPT_BACKLOG = 4_096;
    private static final int RECEIVE_BUFFER_BYTES = 16_384;

    private final TimeSource time;
    private final Consumer<String> dying;
    private @Nullable Running running;

    /**
     * What exists only between start and stop.
     *
     * @param ending ends what the server serves, within so many milliseconds
     * @param leaving what is to be done after the last answer
     */
    private record Running(
            HttpServer server, long drainMillis, LongFunction<Future<?>> ending, Supplier<Future<?>> leaving) {}

    /** Creates a server that reads the machine's clocks. */
    public LockServerVerticle() {
        this(TimeSource.system(), why -> HoldfastApplication.fail("cannot write the log: " + why));
    }

    LockServerVerticle(TimeSource time, Consumer<String> dying) {
        this.time = time;
        this.dying = dying;
    }

    @Override
    public Future<?> start() {
        if (context.getInstanceCount() != 1 || !context.isEventLoopContext()) {
            throw new StartupException(
                    "the lock server runs as one instance on one event loop: no --instances, no worker, no virtual thread");
        }
        LockServerConfig config = LockServerConfig.read(config(), System.getenv(), System.getProperties());
        return config.storage() == StorageKind.REPLICATED
                ? vertx.executeBlocking(() -> identify(config)).compose(replica -> takePart(config, replica))
                : vertx.executeBlocking(() -> open(config)).compose(storage -> serve(config, storage));
    }

    /** The port the server listens on, once it has started. */
    public int actualPort() {
        if (running == null) {
            throw new IllegalStateException("the server is not running");
        }
        return running.server.actualPort();
    }

    private Storage open(LockServerConfig config) {
        return inDirectory(config, file -> {
            long wallMillis = time.wallMillis();
            return config.storage() == StorageKind.DURABLE
                    ? DurableStorage.open(config, file, wallMillis, this::onLoop, dying)
                    : MemoryStorage.open(config, file, wallMillis, vertx);
        });
    }

    private Replica identify(LockServerConfig config) {
        return inDirectory(config, file -> {
            NodeFile.Content self =
                    Replica.identify(config, file, UUID.randomUUID().toString());
            return new Replica(vertx, this::onLoop, config, time, dying, file, file.read(), self);
        });
    }

    /** Opens what is in the data directory, or leaves the directory alone. Blocks. */
    private static <T> T inDirectory(LockServerConfig config, Opening<T> opening) {
        try {
            StateFile file = StateFile.open(config.dataDir());
            boolean opened = false;
            try {
                T result = opening.open(file);
                opened = true;
                return result;
            } finally {
                if (!opened) {
                    file.close();
                }
            }
        } catch (IOException e) {
            throw new StartupException(Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }

    /** Makes something of a data directory that nobody else uses. */
    @FunctionalInterface
    private interface Opening<T> {
        T open(StateFile directory) throws IOException;
    }

    private void onLoop(Runnable task) {
        context.runOnContext(turn -> task.run());
    }

    private Future<?> serve(LockServerConfig config, Storage storage) {
        long recoveryMillis = storage.state().recoveryMillis();
        Connections connections = connections(config);
        boolean onLoopback = isLoopback(config.host());
        BackupRoute backup = new BackupRoute(storage.backups(config, time, this::onLoop), onLoopback);
        Serving serving = new Serving(vertx, config, time, storage.state(), connections, onLoopback, backup);
        LockService service = serving.service();
        if (recoveryMillis > 0) {
            vertx.setTimer(recoveryMillis + Ticks.PERIOD_MS, id -> noteRecovery(storage));
        }
        return listen(config, connections, serving.routes())
                .onSuccess(server -> {
                    running = new Running(
                            server,
                            config.drainMillis(),
                            millis -> end(service, storage.keepsLocks() ? 0 : millis),
                            () -> close(storage, service.isClean()));
                    announce(config, server, recoveryMillis);
                })
                .recover(e -> close(storage, recoveryMillis == 0).transform(done -> Future.failedFuture(e)));
    }

    /** Listens first: the nodes find each other by asking. */
    private Future<?> takePart(LockServerConfig config, Replica replica) {
        Connections connections = connections(config);
        return listen(config, connections, replica.open(connections, isLoopback(config.host())))
                .onSuccess(server -> {
                    running = new Running(server, config.drainMillis(), replica::handOver, replica::close);
                    announce(config, server, 0);
                    replica.begin()
                            .onFailure(e -> HoldfastApplication.fail(
                                    e instanceof StartupException ? String.valueOf(e.getMessage()) : e.toString()));
                })
                .recover(e -> replica.close().transform(done -> Future.failedFuture(e)));
    }

    private Connections connections(LockServerConfig config) {
        Connections connections = new Connections(time, config.http());
        Ticks.every100Millis(vertx, connections::tick);
        return connections;
    }

    private Future<HttpServer> listen(
            LockServerConfig config, Connections connections, Handler<HttpServerRequest> handler) {
        return vertx.createHttpServer(httpOptions(config))
                .connectionHandler(config.http2() ? new Http2Entrance(connections, handler) : connections::opened)
                .invalidRequestHandler(LockRoutes::invalidRequest)
                .requestHandler(handler)
                .listen()
                .recover(e -> Future.failedFuture(new StartupException(
                        "cannot listen on " + config.host() + ":" + config.port() + ": " + e.getMessage())));
    }

    private void noteRecovery(Storage storage) {
        vertx.executeBlocking(() -> {
                    storage.recovered();
                    return true;
                })
                .onFailure(e -> LOG.error("Cannot write the state file: {}", e.getMessage()));
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

    private static void announce(LockServerConfig config, HttpServer server, long recoveryMillis) {
        LOG.info("Holdfast {} with {}", HoldfastApplication.version(), config.describe());
        if (recoveryMillis > 0) {
            LOG.info(
                    "Recovering: the last run did not end with nothing held, so nothing is granted for {} ms",
                    recoveryMillis);
        }
        if (!isLoopback(config.host())) {
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
        long startMillis = time.nowMillis();
        return stopping.ending
                .apply(stopping.drainMillis)
                .transform(ended -> {
                    long leftMillis = stopping.drainMillis - (time.nowMillis() - startMillis);
                    return stopping.server.shutdown(Math.max(0, leftMillis), TimeUnit.MILLISECONDS);
                })
                .transform(closed -> stopping.leaving.get())
                .onSuccess(done -> LOG.info("Stopped"))
                .onFailure(e -> LOG.error("Stopped, but cannot write the state file: {}", e.getMessage()))
                .otherwiseEmpty();
    }

    private Future<Void> end(LockService service, long patienceMillis) {
        service.drain();
        return nothingHeldOr(patienceMillis, service)
                .onSuccess(done -> service.events().end());
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

    private Future<?> close(Storage storage, boolean clean) {
        return vertx.executeBlocking(() -> {
            storage.close(clean);
            return true;
        });
    }
}
