package io.holdfast.server;

import io.holdfast.server.log.StateFile;
import io.holdfast.server.service.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock server as a verticle: its life cycle, no rules. All lock state lives on its one event loop, which is what makes
 * it safe without a lock; it refuses to start as a worker or in more than one instance, because that would be two lock
 * tables.
 */
public final class LockServerVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(LockServerVerticle.class);

    private final TimeSource time;
    private final Consumer<String> dying;
    private @Nullable Running running;

    /** What exists only between start and stop. */
    private record Running(Node node, HttpServer server, long drainMillis) {}

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
        return vertx.executeBlocking(() -> node(config)).compose(node -> serve(config, node));
    }

    /** What is in the data directory, or leaves the directory alone. Blocks. */
    private Node node(LockServerConfig config) {
        try {
            StateFile directory = StateFile.open(config.dataDir());
            try {
                NodeSetup setup = new NodeSetup(vertx, this::onLoop, config, time, dying);
                return switch (config.storage()) {
                    case REPLICATED -> Replica.in(directory, setup);
                    case DURABLE, MEMORY -> SingleNode.in(directory, setup);
                };
            } catch (IOException | RuntimeException e) {
                directory.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StartupException(Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }

    private void onLoop(Runnable task) {
        context.runOnContext(turn -> task.run());
    }

    private Future<?> serve(LockServerConfig config, Node node) {
        return new Entrance(vertx, config, time)
                .open(node)
                .onSuccess(server -> {
                    running = new Running(node, server, config.drainMillis());
                    node.begin().onFailure(e -> HoldfastApplication.fail(HoldfastApplication.describe(e)));
                })
                .recover(e -> node.close().transform(done -> Future.failedFuture(e)));
    }

    /** The port the server listens on, once it has started. */
    public int actualPort() {
        if (running == null) {
            throw new IllegalStateException("the server is not running");
        }
        return running.server.actualPort();
    }

    @Override
    public Future<?> stop() {
        Running stopping = running;
        if (stopping == null) {
            return Future.succeededFuture();
        }
        running = null;
        LOG.info("Stopping: no new locks, running requests finish within {} ms", stopping.drainMillis);
        long endMillis = time.nowMillis() + stopping.drainMillis;
        return stopping.node
                .end(stopping.drainMillis)
                .transform(ended ->
                        stopping.server.shutdown(Math.max(0, endMillis - time.nowMillis()), TimeUnit.MILLISECONDS))
                .transform(closed -> stopping.node.close())
                .onSuccess(done -> LOG.info("Stopped"))
                .onFailure(e -> LOG.error("Stopped, but cannot write the state file: {}", e.getMessage()))
                .otherwiseEmpty();
    }
}
