package io.holdfast.server.log.ratis;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.CommandReader;
import io.holdfast.server.log.DamagedLogException;
import io.holdfast.server.log.TableReader;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis applies the log to. Until the node leads, that is what an earlier run left, and it makes the table; from then
 * on the serving node has changed its table already, and applying says only that an entry is durable. Ratis calls this on
 * threads of its own, one at a time.
 */
final class LogMachine extends BaseStateMachine {
    private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
    private final CommandReader reader;
    private final LockTable table;
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private volatile boolean leading;
    private long repeated;

    LogMachine(LockTable table) {
        this.table = table;
        this.reader = new CommandReader(table);
    }

    /** Completes when the table is as the earlier run left it. */
    CompletableFuture<Boolean> ready() {
        return ready;
    }

    SimpleStateMachineStorage storage() {
        return storage;
    }

    /** Completes with the reason when a write has failed. */
    CompletableFuture<Throwable> failure() {
        return failure;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage) throws IOException {
        super.initialize(server, groupId, raftStorage);
        storage.init(raftStorage);
        SingleFileSnapshotInfo snapshot = storage.getLatestSnapshot();
        if (snapshot != null) {
            setLastAppliedTermIndex(readSnapshot(snapshot, table));
        }
    }

    /** Fills an empty table; returns up to where in the log it reaches. */
    static TermIndex readSnapshot(SingleFileSnapshotInfo snapshot, LockTable table) throws IOException {
        File file = snapshot.getFile().getPath().toFile();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file.toPath())))) {
            MD5FileUtil.verifySavedMD5(file, MD5FileUtil.computeMd5ForFile(file));
            TableReader.read(in, table);
        } catch (EOFException e) {
            throw new DamagedLogException("the snapshot " + file + " ends too early", e);
        } catch (IOException | DamagedLogException e) {
            throw new DamagedLogException("the snapshot " + file + " is damaged: " + e.getMessage(), e);
        }
        return snapshot.getTermIndex();
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return storage;
    }

    @Override
    public SnapshotInfo getLatestSnapshot() {
        return storage.getLatestSnapshot();
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        if (!leading) {
            try {
                Entry.read(commandsOf(entry), this::repeat);
            } catch (RuntimeException e) {
                DamagedLogException damaged =
                        new DamagedLogException("entry " + entry.getIndex() + " of the log: " + e.getMessage(), e);
                ready.completeExceptionally(damaged);
                return CompletableFuture.failedFuture(damaged);
            }
        }
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    private void repeat(byte[] command) {
        reader.apply(command);
        repeated++;
    }

    /** How many commands made the table what it is, those of the snapshot not counted; once {@link #ready}. */
    long repeated() {
        return repeated;
    }

    static ByteBuffer commandsOf(LogEntryProto entry) {
        return entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer();
    }

    /** Snapshots are made elsewhere; this tells Ratis up to where it may forget the log. */
    @Override
    public long takeSnapshot() {
        SingleFileSnapshotInfo snapshot = storage.getLatestSnapshot();
        return snapshot == null ? RaftLog.INVALID_LOG_INDEX : snapshot.getIndex();
    }

    @Override
    public void notifyLeaderReady() {
        leading = true;
        ready.complete(true);
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
        ready.completeExceptionally(cause);
        failure.complete(cause);
    }
}
