package io.holdfast.server;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.Backup;
import io.holdfast.server.log.DamagedLogException;
import io.holdfast.server.log.Member;
import io.holdfast.server.log.NodeFile;
import io.holdfast.server.log.Promises;
import io.holdfast.server.log.RestartState;
import io.holdfast.server.log.StateFile;
import io.holdfast.server.log.ratis.RestoredLog;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Puts what is in a backup into a data directory that is empty. What happened after the backup is unknown: locks may have
 * been granted, so nothing is granted until the longest lease would be over (lease rule S13), and fencing tokens were given
 * out, so they go on above any that may have been (S6).
 */
final class Restore {
    private Restore() {}

    /**
     * Restores.
     *
     * @param config of the server that is to serve it
     * @param noHolders whether the operator says that nobody believes in any lock
     * @return what was done, for people
     * @throws StartupException if it was not done; the message says why
     */
    static String run(LockServerConfig config, Path file, boolean noHolders, long wallMillis, String storageId) {
        if (config.storage() == StorageKind.MEMORY) {
            throw new StartupException(
                    "a server with storage \"memory\" cannot be given locks: set storage to \"durable\"");
        }
        try (StateFile directory = StateFile.open(config.dataDir())) {
            requireEmpty(config, directory);
            Backup backup = Backup.read(file, new LockTable(0, config.service().endedRequestsKept()));
            long lastFencing = backup.table().lastFencingToken();
            backup.table().raiseFencing(firstFencing(backup, wallMillis));
            long waitMillis = Math.max(backup.maxTtlMillis(), config.rules().maxTtlMs());
            RestoredLog log = new RestoredLog(DurableStorage.logIn(config.dataDir()));
            log.begin(backup.table());
            directory.write(new RestartState(waitMillis, backup.table().lastFencingToken(), noHolders));
            beginAlone(config, storageId);
            log.finish();
            return "restored " + backup.table().size() + " locks; fencing tokens go on from "
                    + backup.table().lastFencingToken() + " (" + lastFencing + " in the backup); "
                    + (noHolders
                            ? "locks are granted at once"
                            : "nothing is granted in the first " + waitMillis / 1000 + " s");
        } catch (NoSuchFileException e) {
            throw new StartupException("cannot restore: there is no file " + file);
        } catch (DamagedLogException | IOException e) {
            throw new StartupException("cannot restore: " + Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }

    private static void requireEmpty(LockServerConfig config, StateFile directory) throws IOException {
        if (DurableStorage.isIn(config.dataDir())
                || new RestoredLog(DurableStorage.logIn(config.dataDir())).isUnfinished()
                || directory.read() != null
                || new NodeFile(config.dataDir()).read() != null) {
            throw new StartupException("cannot restore: data directory "
                    + config.dataDir().toAbsolutePath() + " is in use; name an empty one");
        }
    }

    /** Above all that was given out since, if that was less than a million a second, and above what the clock would say. */
    private static long firstFencing(Backup backup, long wallMillis) {
        if (wallMillis < backup.takenAtMillis()) {
            throw new StartupException("cannot restore: by the clock of this machine the backup is yet to be made,"
                    + " so it cannot be said which fencing tokens were given out since");
        }
        long sinceThen = Promises.firstFencing(null, wallMillis - backup.takenAtMillis() + 1_000);
        long first =
                Math.max(Promises.firstFencing(null, wallMillis), backup.table().lastFencingToken() + sinceThen)
                        + Promises.FENCING_BLOCK;
        MemoryStorage.requirePlausible(first);
        return first;
    }

    /** The others have forgotten, so they are new nodes, and are added. */
    private static void beginAlone(LockServerConfig config, String storageId) throws IOException {
        ClusterConfig cluster = config.cluster();
        if (cluster != null) {
            ClusterConfig.Peer self = cluster.self();
            Member member = new Member(self.id(), storageId, self.address(), self.httpAddress());
            new NodeFile(config.dataDir()).write(new NodeFile.Content(self.id(), storageId, List.of(member)));
        }
    }
}
