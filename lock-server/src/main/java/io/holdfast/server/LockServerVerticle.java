package io.holdfast.server;

import io.holdfast.server.http.Connections;
import io.holdfast.server.http.Http2Entrance;
import io.holdfast.server.http.LockRoutes;
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
import java.util.function.Consumer;
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
    private final Consumer<String> dying;
    private @Nullable Running running;

    /** Everything that exists only between start and stop. */
    private record Running(Storage storage, LockService service, HttpServer server, long drainMillis) {}

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
        return vertx.executeBlocking(() -> open(config)).compose(storage -> serve(config, storage));
    }

    /** The port the server listens on, once it has started. */
    public int actualPort() {
        if (running == null) {
            throw new IllegalStateException("the server is not running");
        }
        return running.server.actualPort();
    }

    private Storage open(LockServerConfig config) {
        try {
            return open(config, StateFile.open(config.dataDir()));
        } catch (IOException e) {
            throw new StartupException(Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }

    private Storage open(LockServerConfig config, StateFile file) throws IOException {
        long wallMillis = time.wallMillis();
        boolean opened = false;
        try {
            Storage storage = config.durable()
                    ? DurableStorage.open(config, file, wallMillis, this::onLoop, dying)
                    : MemoryStorage.open(config, file, wallMillis, vertx);
            opened = true;
            return storage;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private void onLoop(Runnable task) {
        context.runOnContext(turn -> task.run());
    }

    private Future<?> serve(LockServerConfig config, Storage storage) {
        boolean onLoopback = isLoopback(config.host());
        Events events = new Events(
                config.events(), storage.firstEventId(), time, storage.log(), work -> onLoop(() -> repeat(work)));
        LockService service = new LockService(
                storage.table(),
                time,
                new TokenSource(),
                storage.promises(),
                config.service(),
                storage.recoveryMillis(),
                events);
        service.resume();
        Connections connections = new Connections(time, config.http());
        every100Millis(service::tick);
        every100Millis(connections::tick);
        if (storage.recoveryMillis() > 0) {
            vertx.setTimer(storage.recoveryMillis() + TICK_MS, id -> noteRecovery(storage));
        }
        Handler<HttpServerRequest> routes = new LockRoutes(
                        service,
                        storage.log(),
                        connections,
                        config.rules(),
                        config.http().maxBodyBytes(),
                        onLoopback)
                .handler(vertx);
        return vertx.createHttpServer(httpOptions(config))
                .connectionHandler(config.http2() ? new Http2Entrance(connections, routes) : connections::opened)
                .invalidRequestHandler(LockRoutes::invalidRequest)
                .requestHandler(routes)
                .listen()
                .onSuccess(server -> {
                    running = new Running(storage, service, server, config.drainMillis());
                    announce(config, server, onLoopback, storage.recoveryMillis());
                })
                .recover(e -> close(storage, storage.recoveryMillis() == 0)
                        .transform(done -> Future.failedFuture(new StartupException(
                                "cannot listen on " + config.host() + ":" + config.port() + ": " + e.getMessage()))));
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
        long patienceMillis = stopping.storage.keepsLocks() ? 0 : stopping.drainMillis;
        return nothingHeldOr(patienceMillis, stopping.service)
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
        return close(stopping.storage, stopping.service.isClean());
    }

    private Future<?> close(Storage storage, boolean clean) {
        return vertx.executeBlocking(() -> {
            storage.close(clean);
            return true;
        });
    }
}
