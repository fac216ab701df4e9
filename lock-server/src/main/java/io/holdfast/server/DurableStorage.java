package io.holdfast.server;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.http.BackupRoute;
import io.holdfast.server.log.NodeFile;
import io.holdfast.server.log.Promises;
import io.holdfast.server.log.RestartState;
import io.holdfast.server.log.StateFile;
import io.holdfast.server.log.ratis.LogSetup;
import io.holdfast.server.log.ratis.RatisLog;
import io.holdfast.server.log.ratis.RestoredLog;
import io.holdfast.server.service.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps its locks: every change is on the disk before anybody is told of it. Of the state file it needs only what a run in
 * memory mode left there, once; from its own start on everything is in the log.
 */
final class DurableStorage implements Storage {
    private static final String LOG_DIRECTORY = "log";
    /** More events than this do not happen in a millisecond. */
    private static final long EVENTS_PER_MILLI = 1_000;

    private final StateFile file;
    private final @Nullable RestartState last;
    private final RatisLog log;
    private final StoredState state;

    private DurableStorage(StateFile file, @Nullable RestartState last, RatisLog log, long firstEventId) {
        this.file = file;
        this.last = last;
        this.log = log;
        this.state = new StoredState(log.table(), log, Promises.unlimited(), Promises.mustWaitFor(last), firstEventId);
    }

    /** Whether a durable server has ever run on that directory. */
    static boolean isIn(Path dataDir) {
        return Files.exists(logIn(dataDir));
    }

    /** Where a server keeps its log, alone or as one of several. */
    static Path logIn(Path dataDir) {
        return dataDir.resolve(LOG_DIRECTORY);
    }

    /** How a server keeps its log, alone or as one of several. */
    static LogSetup setup(LockServerConfig config) {
        return new LogSetup(
                logIn(config.dataDir()),
                () -> new LockTable(0, config.service().endedRequestsKept()),
                config.snapshotAfter());
    }

    /**
     * Says no to a directory in which locks were to be restored and are not.
     *
     * @throws IOException if it is one
     */
    static void requireNotHalfRestored(Path dataDir) throws IOException {
        if (new RestoredLog(logIn(dataDir)).isUnfinished()) {
            throw new IOException("data directory " + dataDir.toAbsolutePath()
                    + " is the rest of a restore that did not end well: empty it and restore again");
        }
    }

    /**
     * Opens the log and reads it. Blocks.
     *
     * @param loop the event loop
     * @param onFailed told once, on the event loop, when the log cannot be written any more
     */
    static DurableStorage open(
            LockServerConfig config, StateFile file, long wallMillis, Executor loop, Consumer<String> onFailed)
            throws IOException {
        if (new NodeFile(config.dataDir()).read() != null) {
            throw new IOException(
                    "data directory " + config.dataDir().toAbsolutePath()
                            + " belongs to a node of a cluster: set storage to \"replicated\", or dataDir to another directory");
        }
        requireNotHalfRestored(config.dataDir());
        RestartState last = file.read();
        MemoryStorage.requirePlausible(Promises.firstFencing(last, wallMillis));
        RatisLog log = RatisLog.open(setup(config), loop, onFailed);
        DurableStorage storage = new DurableStorage(file, last, log, wallMillis * EVENTS_PER_MILLI);
        loop.execute(() -> StoredState.keep(log, last, wallMillis));
        return storage;
    }

    @Override
    public StoredState state() {
        return state;
    }

    /** Nothing of the run in memory mode is believed in any more, and the next start need not wait for it again. */
    @Override
    public void recovered() throws IOException {
        if (last != null && !last.clean()) {
            file.write(last.recovered());
        }
    }

    @Override
    public BackupRoute.Maker backups(LockServerConfig config, TimeSource time, Executor loop) {
        return new Backups(config, time, loop, () -> log::backUp);
    }

    @Override
    public boolean keepsLocks() {
        return true;
    }

    @Override
    public void close(boolean clean) throws IOException {
        try (StateFile closing = file) {
            log.close();
        }
    }
}
