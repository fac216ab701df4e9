package io.holdfast.server.log.ratis;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.CommandLog;
import io.holdfast.server.log.DamagedLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A durable log of one node: a Ratis group of one. Every entry is synced before anything in it is called durable. The first
 * write that fails fences the log: nothing is called durable any more, and the owner is told once.
 */
public final class RatisLog implements CommandLog {
    private static final RaftGroupId GROUP =
            RaftGroupId.valueOf(UUID.fromString("8a1f6c0e-6f0d-4f5e-9a43-2f1d7c5be001"));
    private static final RaftPeerId SELF = RaftPeerId.valueOf("n1");
    /** There is nobody to wait for. */
    private static final TimeDuration ELECTION_MIN = TimeDuration.valueOf(20, TimeUnit.MILLISECONDS);

    private static final TimeDuration ELECTION_MAX = TimeDuration.valueOf(40, TimeUnit.MILLISECONDS);
    /** A server that stood still for a while is not broken. */
    private static final TimeDuration CLOSE_THRESHOLD = TimeDuration.valueOf(365, TimeUnit.DAYS);

    private static final Logger LOG = LoggerFactory.getLogger(RatisLog.class);
    /** Commands after which a snapshot is made, unless the table is larger: its size is what a snapshot costs. */
    private static final int SNAPSHOT_AFTER = 500_000;

    private final Executor loop;
    private final Consumer<String> onFailed;
    private final LockTable table;
    private final LogMachine machine;
    private final Snapshots snapshots;
    private final Batcher batcher;
    private final RaftServer server;
    private final ExecutorService appender = daemon("holdfast-log");
    private final ClientId client = ClientId.randomId();
    private static final long SNAPSHOT_CALL = 0;
    private static final long SNAPSHOT_TIMEOUT_MILLIS = 60_000;
    /** Touched by the appender's thread only. */
    private long calls;

    private final ExecutorService snapshotter = daemon("holdfast-snapshot");
    private RaftServer.@Nullable Division division;
    private long commandsSinceSnapshot;
    private boolean snapshotUnderWay;
    private boolean failed;

    private RatisLog(
            Path directory, LockTable table, Supplier<LockTable> emptyTable, Executor loop, Consumer<String> onFailed)
            throws IOException {
        this.table = table;
        this.machine = new LogMachine(table);
        this.snapshots = new Snapshots(machine, emptyTable);
        this.loop = loop;
        this.onFailed = onFailed;
        this.batcher = new Batcher(loop, this::write);
        // Neither of these futures is of use to anybody else.
        CompletableFuture<Void> unused =
                machine.failure().thenAccept(cause -> loop.execute(() -> fail(describe(cause))));
        this.server = RaftServer.newBuilder()
                .setServerId(SELF)
                .setGroup(RaftGroup.valueOf(
                        GROUP, List.of(RaftPeer.newBuilder().setId(SELF).build())))
                .setProperties(properties(directory))
                .setStateMachine(machine)
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
    }

    private static ExecutorService daemon(String name) {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Opens the log in that directory, which nobody else may use, and makes the table as the log says. Blocks until that is
     * done.
     *
     * @param emptyTable makes an empty table
     * @param loop the event loop
     * @param onFailed told once, on the event loop, when a write has failed: then stop
     * @throws IOException if the log cannot be opened or is damaged; the message is fit to be shown
     */
    public static RatisLog open(
            Path directory, Supplier<LockTable> emptyTable, Executor loop, Consumer<String> onFailed)
            throws IOException {
        try {
            LogFiles.check(directory);
        } catch (DamagedLogException e) {
            throw new IOException("cannot open the log: " + e.getMessage(), e);
        }
        RatisLog log = new RatisLog(directory, emptyTable.get(), emptyTable, loop, onFailed);
        try {
            log.server.start();
            log.machine.ready().get(10, TimeUnit.MINUTES);
            log.division = log.server.getDivision(GROUP);
            log.commandsSinceSnapshot = log.machine.repeated();
            return log;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unopened(log, directory, e);
        } catch (IOException | RuntimeException | ExecutionException | TimeoutException e) {
            throw unopened(log, directory, e);
        }
    }

    private static IOException unopened(RatisLog log, Path directory, Exception cause) {
        IOException failure = new IOException("cannot open the log in " + directory + ": " + describe(cause), cause);
        try {
            log.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private static RaftProperties properties(Path directory) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, NoPeers.TYPE);
        RaftServerConfigKeys.setStorageDir(properties, List.of(directory.toFile()));
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, ELECTION_MIN);
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, ELECTION_MAX);
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, ELECTION_MIN);
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, ELECTION_MAX);
        RaftServerConfigKeys.setCloseThreshold(properties, CLOSE_THRESHOLD);
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, TimeDuration.valueOf(2, TimeUnit.SECONDS));
        RaftServerConfigKeys.Log.setForceSyncNum(properties, 4_096);
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setCorruptionPolicy(properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, SizeInBytes.valueOf("4MB"));
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setCreationGap(properties, 1);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 2);
        return properties;
    }

    /** The table as the log says. Whoever changes it appends the change. */
    public LockTable table() {
        return table;
    }

    @Override
    public void append(byte[] command) {
        batcher.append(command);
        commandsSinceSnapshot++;
        if (commandsSinceSnapshot >= Math.max(SNAPSHOT_AFTER, table.size()) && !snapshotUnderWay) {
            CompletableFuture<Void> unused = makeSnapshot();
        }
    }

    /** How many commands were repeated when this was opened, those of the snapshot not counted. */
    long repeated() {
        return machine.repeated();
    }

    /** Begins to make a snapshot, so that the log up to here can be forgotten. To be called on the event loop. */
    CompletableFuture<Void> makeSnapshot() {
        commandsSinceSnapshot = 0;
        snapshotUnderWay = true;
        return CompletableFuture.runAsync(this::snapshot, snapshotter)
                .whenComplete((done, thrown) -> loop.execute(() -> snapshotUnderWay = false));
    }

    private void snapshot() {
        try {
            snapshots.make(requireDivision().getRaftLog());
            RaftClientReply reply = server.snapshotManagement(SnapshotManagementRequest.newCreate(
                    client, SELF, GROUP, SNAPSHOT_CALL, SNAPSHOT_TIMEOUT_MILLIS, 0));
            if (!reply.isSuccess()) {
                throw new IOException(describe(reply.getException()));
            }
        } catch (IOException | RuntimeException e) {
            // The log is whole without it, only longer; if the disk is at fault, the next entry finds out.
            LOG.error("Cannot make a snapshot: {}", describe(e));
        }
    }

    @Override
    public boolean isDurable() {
        return batcher.isDurable();
    }

    @Override
    public void whenDurable(Runnable action) {
        batcher.whenDurable(action);
    }

    @Override
    public boolean isFull() {
        return batcher.isFull();
    }

    /** Submitting blocks now and then, so it is done on a thread of its own; what comes of it is told on the loop. */
    private void write(ByteBuffer entry, Consumer<Boolean> done) {
        appender.execute(() -> {
            try {
                CompletableFuture<RaftClientReply> unused = ((RaftClientAsynchronousProtocol) requireDivision())
                        .submitClientRequestAsync(request(entry))
                        .whenComplete((reply, thrown) -> loop.execute(() -> settle(reply, thrown, done)));
            } catch (IOException | RuntimeException e) {
                loop.execute(() -> settle(null, e, done));
            }
        });
    }

    private RaftServer.Division requireDivision() {
        if (division == null) {
            throw new IllegalStateException("the log is not open");
        }
        return division;
    }

    private RaftClientRequest request(ByteBuffer entry) {
        calls++;
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(SELF)
                .setGroupId(GROUP)
                .setCallId(calls)
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
    }

    private void settle(@Nullable RaftClientReply reply, @Nullable Throwable thrown, Consumer<Boolean> done) {
        boolean written = thrown == null && reply != null && reply.isSuccess();
        done.accept(written && !failed);
        if (!written) {
            fail(describe(thrown != null || reply == null ? thrown : reply.getException()));
        }
    }

    private void fail(String why) {
        batcher.fail();
        if (!failed) {
            failed = true;
            onFailed.accept(why);
        }
    }

    /** Closes the log; what was not durable may be or not. Blocks. */
    public void close() throws IOException {
        appender.shutdown();
        snapshotter.shutdown();
        server.close();
    }

    private static String describe(@Nullable Throwable cause) {
        Throwable root = cause;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        if (root == null) {
            return "unknown";
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
