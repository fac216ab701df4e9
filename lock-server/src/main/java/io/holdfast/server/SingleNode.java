package io.holdfast.server;

import io.holdfast.server.http.BackupRoute;
import io.holdfast.server.http.Connections;
import io.holdfast.server.log.StateFile;
import io.holdfast.server.service.LockService;
import io.holdfast.server.service.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node that is alone: it serves one table from its start to its end. Confined to the event loop. */
final class SingleNode implements Node {
    private static final Logger LOG = LoggerFactory.getLogger(SingleNode.class);
    private static final long STOP_POLL_MS = 20;

    private final Vertx vertx;
    private final Executor loop;
    private final LockServerConfig config;
    private final TimeSource time;
    private final Storage storage;
    private @Nullable Serving serving;

    /** Opens what is in the data directory. Blocks. */
    static SingleNode in(StateFile directory, NodeSetup setup) throws IOException {
        long wallMillis = setup.time().wallMillis();
        Storage storage = setup.config().storage() == StorageKind.DURABLE
                ? DurableStorage.open(setup.config(), directory, wallMillis, setup.loop(), setup.dying())
                : MemoryStorage.open(setup.config(), directory, wallMillis, setup.vertx());
        return new SingleNode(setup, storage);
    }

    private SingleNode(NodeSetup setup, Storage storage) {
        this.vertx = setup.vertx();
        this.loop = setup.loop();
        this.config = setup.config();
        this.time = setup.time();
        this.storage = storage;
    }

    @Override
    public Handler<HttpServerRequest> open(Connections connections, boolean onLoopback) {
        BackupRoute backup = new BackupRoute(storage.backups(config, time, loop), onLoopback);
        serving = new Serving(vertx, config, time, storage.state(), connections, onLoopback, backup);
        return serving.routes();
    }

    @Override
    public Future<?> begin() {
        long recoveryMillis = storage.state().recoveryMillis();
        if (recoveryMillis > 0) {
            LOG.info(
                    "Recovering: the last run did not end with nothing held, so nothing is granted for {} ms",
                    recoveryMillis);
        }
        Recovery.noteAfter(recoveryMillis, vertx, storage::recovered);
        return Future.succeededFuture();
    }

    private LockService service() {
        return Objects.requireNonNull(serving).service();
    }

    @Override
    public Future<?> end(long patienceMillis) {
        service().drain();
        return nothingHeldOr(storage.keepsLocks() ? 0 : patienceMillis)
                .onSuccess(done -> service().events().end());
    }

    /** Holders get the time of the drain to give back what they hold: heartbeats and releases are served all along. */
    private Future<Void> nothingHeldOr(long patienceMillis) {
        if (service().isEmpty() || patienceMillis == 0) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        long endMillis = time.nowMillis() + patienceMillis;
        vertx.setPeriodic(STOP_POLL_MS, STOP_POLL_MS, id -> {
            if (service().isEmpty() || time.nowMillis() >= endMillis) {
                vertx.cancelTimer(id);
                promise.tryComplete();
            }
        });
        return promise.future();
    }

    @Override
    public Future<?> close() {
        boolean clean = service().isClean();
        return vertx.executeBlocking(() -> {
            storage.close(clean);
            return true;
        });
    }
}
