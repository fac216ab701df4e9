package io.holdfast.server;

import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.http.BackupRoute;
import io.holdfast.server.log.MemoryLog;
import io.holdfast.server.log.Promises;
import io.holdfast.server.log.RestartState;
import io.holdfast.server.log.StateFile;
import io.holdfast.server.service.TimeSource;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets its locks, and remembers in one small file how long others may believe in them. */
final class MemoryStorage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryStorage.class);

    private final StateFile file;
    private final Promises promises;
    private final StoredState state;

    private MemoryStorage(
            StateFile file, @Nullable RestartState last, RestartState first, int endedRequestsKept, Vertx vertx) {
        this.file = file;
        this.promises = new Promises(first, (state, done) -> vertx.executeBlocking(() -> {
                    file.write(state);
                    return true;
                })
                .onFailure(e -> LOG.error("Cannot write the state file: {}", e.getMessage()))
                .onComplete(written -> done.accept(written.succeeded())));
        LockTable table = new LockTable(first.fencingReserved() - Promises.FENCING_BLOCK, endedRequestsKept);
        this.state = new StoredState(
                table, new MemoryLog(), promises, Promises.mustWaitFor(last), table.lastFencingToken() + 1);
    }

    static MemoryStorage open(LockServerConfig config, StateFile file, long wallMillis, Vertx vertx)
            throws IOException {
        if (DurableStorage.isIn(config.dataDir())) {
            throw new IOException("data directory " + config.dataDir().toAbsolutePath()
                    + " holds the log of a durable server, whose locks would be forgotten: set storage to \"durable\","
                    + " or dataDir to another directory");
        }
        RestartState last = file.read();
        RestartState first = Promises.atStart(last, config.service().defaultTtlMillis(), wallMillis);
        requirePlausible(first.fencingReserved());
        file.write(first);
        return new MemoryStorage(file, last, first, config.service().endedRequestsKept(), vertx);
    }

    /** The fencing counter never goes back, so a clock that is centuries ahead once would use it up for good. */
    static void requirePlausible(long fencing) {
        if (fencing >= ProtocolLimits.FENCING_TOKEN_BOUND / 2) {
            throw new StartupException("the system clock is too far in the future to number locks by it");
        }
    }

    @Override
    public StoredState state() {
        return state;
    }

    @Override
    public void recovered() {
        // What counts is how this run ends.
    }

    @Override
    public BackupRoute.Maker backups(LockServerConfig config, TimeSource time, Executor loop) {
        return Backups::nothingToKeep;
    }

    @Override
    public boolean keepsLocks() {
        return false;
    }

    @Override
    public void close(boolean clean) throws IOException {
        try (StateFile closing = file) {
            closing.write(promises.atEnd(clean));
        }
    }
}
