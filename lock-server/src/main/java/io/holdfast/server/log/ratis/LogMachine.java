package io.holdfast.server.log.ratis;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.CommandReader;
import io.holdfast.server.log.Compaction;
import io.holdfast.server.log.DamagedLogException;
import io.holdfast.server.log.TableReader;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis applies the log to. A node that follows makes its table of it. When the node becomes leader, the table is
 * handed over to whoever serves it; from then on that one changes it before the log has the change, and applying says only
 * that an entry is durable. A table that was served is never followed with: it may have changes that the log has not. The
 * next one is made anew out of the snapshot and the log.
 *
 * <p>Ratis applies on one thread, and tells of elections on others.
 */
final class LogMachine extends BaseStateMachine {
    private static final long NO_TERM = -1;

    /** Who is told what becomes of the node; called in order. */
    interface Owner {
        /** The node leads, and the table is the owner's now. */
        void leads(long term, LockTable table);

        /** The node does not lead any more. */
        void follows();

        /** So many more commands are applied. */
        void applied(long commands);

        /** The log cannot be written, or not be read. */
        void failed(Throwable cause);
    }

    private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
    private final Supplier<LockTable> emptyTable;
    private final Owner owner;
    private final ReentrantLock election = new ReentrantLock();
    /** The term in which the table is the owner's. */
    private volatile long leadingTerm = NO_TERM;
    /** Touched by the thread that applies only; null while it is, or was, the owner's. */
    private @Nullable LockTable table;
    /**
     * Ratis asks for the newest snapshot with every message between nodes, and while there is none its storage would read
     * the directory each time.
     */
    private volatile boolean hasSnapshot;

    LogMachine(Supplier<LockTable> emptyTable, Owner owner) {
        this.emptyTable = emptyTable;
        this.owner = owner;
    }

    @Override
    public SimpleStateMachineStorage getStateMachineStorage() {
        return storage;
    }

    /** Another snapshot has been made, and is on the disk. */
    void taken(SingleFileSnapshotInfo made) {
        storage.updateLatestSnapshot(made);
        hasSnapshot = true;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage) throws IOException {
        getLifeCycle().startAndTransition(() -> {
            super.initialize(server, groupId, raftStorage);
            storage.init(raftStorage);
            readLatestSnapshot();
        });
    }

    /** Ratis has put another snapshot, the leader's, into the place of ours. */
    @Override
    public void reinitialize() throws IOException {
        getLifeCycle().startAndTransition(() -> {
            storage.loadLatestSnapshot();
            readLatestSnapshot();
        });
    }

    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    private void readLatestSnapshot() throws IOException {
        LockTable read = emptyTable.get();
        SingleFileSnapshotInfo latest = storage.getLatestSnapshot();
        if (latest != null) {
            readSnapshot(latest, read);
            setLastAppliedTermIndex(latest.getTermIndex());
        }
        hasSnapshot = latest != null;
        table = read;
    }

    /** Fills an empty table. */
    private static void readSnapshot(SingleFileSnapshotInfo snapshot, LockTable table) throws IOException {
        checked(snapshot, () -> {
            try (DataInputStream in = new DataInputStream(new BufferedInputStream(openSnapshot(snapshot)))) {
                TableReader.read(in, table);
            }
        });
    }

    private static InputStream openSnapshot(SingleFileSnapshotInfo snapshot) throws IOException {
        return Files.newInputStream(snapshot.getFile().getPath());
    }

    /** Reads a snapshot, unless its checksum says that it is damaged. */
    private static void checked(SingleFileSnapshotInfo snapshot, Reading reading) throws IOException {
        File file = snapshot.getFile().getPath().toFile();
        try {
            MD5FileUtil.verifySavedMD5(file, MD5FileUtil.computeMd5ForFile(file));
            reading.run();
        } catch (EOFException e) {
            throw new DamagedLogException("the snapshot " + file + " ends too early", e);
        } catch (IOException | DamagedLogException e) {
            throw new DamagedLogException("the snapshot " + file + " is damaged: " + e.getMessage(), e);
        }
    }

    @FunctionalInterface
    private interface Reading {
        void run() throws IOException;
    }

    /**
     * The table as it was after that entry of the log, out of the newest snapshot, which must not reach further, and the
     * log since. Blocks; may be called on any thread.
     */
    LockTable tableAt(long index) throws IOException {
        LockTable made = emptyTable.get();
        SingleFileSnapshotInfo latest = getLatestSnapshot();
        if (latest != null) {
            readSnapshot(latest, made);
        }
        CommandReader reader = new CommandReader(made);
        forEachCommand(latest, index, reader::apply);
        return made;
    }

    /**
     * The next snapshot, of everything up to that entry of the log, which the one before must not reach beyond. Blocks; may
     * be called on any thread.
     *
     * @param latest the one before; null if there was none
     */
    Compaction compaction(@Nullable SingleFileSnapshotInfo latest, long index) throws IOException {
        Compaction made = new Compaction(latest == null ? null : () -> openSnapshot(latest), emptyTable.get());
        forEachCommand(latest, index, made::foresee);
        if (latest != null) {
            checked(latest, made::read);
        }
        forEachCommand(latest, index, made::apply);
        return made;
    }

    private void forEachCommand(@Nullable SingleFileSnapshotInfo latest, long index, Consumer<byte[]> action)
            throws IOException {
        if (latest != null && latest.getIndex() > index) {
            throw new IOException("a snapshot of another node reaches further than entry " + index);
        }
        RaftLog log = division().getRaftLog();
        for (long i = latest == null ? log.getStartIndex() : latest.getIndex() + 1; i <= index; i++) {
            LogEntryProto entry = log.get(i);
            if (entry == null) {
                throw new IOException("the log begins after entry " + i);
            }
            if (entry.hasStateMachineLogEntry()) {
                Entry.read(commandsOf(entry), action);
            }
        }
    }

    private RaftServer.Division division() throws IOException {
        return getServer().join().getDivision(getGroupId());
    }

    @Override
    public @Nullable SingleFileSnapshotInfo getLatestSnapshot() {
        return hasSnapshot ? storage.getLatestSnapshot() : null;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        ByteBuffer commands = commandsOf(entry);
        try {
            owner.applied(entry.getTerm() == leadingTerm ? Entry.count(commands) : follow(entry.getIndex(), commands));
        } catch (IOException | RuntimeException e) {
            DamagedLogException damaged =
                    new DamagedLogException("entry " + entry.getIndex() + " of the log: " + e.getMessage(), e);
            owner.failed(damaged);
            return CompletableFuture.failedFuture(damaged);
        }
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    private int follow(long index, ByteBuffer commands) throws IOException {
        CommandReader reader = new CommandReader(tableBefore(index));
        return Entry.read(commands, reader::apply);
    }

    private LockTable tableBefore(long index) throws IOException {
        LockTable followed = table;
        if (followed == null) {
            followed = tableAt(index - 1);
            table = followed;
        }
        return followed;
    }

    static ByteBuffer commandsOf(LogEntryProto entry) {
        return entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer();
    }

    /** Snapshots are made elsewhere; this tells Ratis up to where it may forget the log. */
    @Override
    public long takeSnapshot() {
        SingleFileSnapshotInfo latest = getLatestSnapshot();
        return latest == null ? RaftLog.INVALID_LOG_INDEX : latest.getIndex();
    }

    /** On the thread that applies, when everything of earlier terms is applied. */
    @Override
    public void notifyLeaderReady() {
        try {
            LockTable served = tableBefore(getLastAppliedTermIndex().getIndex() + 1);
            RaftServer.Division division = division();
            election.lock();
            try {
                // It may be over already, and that was told before this.
                if (division.getInfo().isLeader()) {
                    long term = division.getInfo().getCurrentTerm();
                    leadingTerm = term;
                    table = null;
                    owner.leads(term, served);
                }
            } finally {
                election.unlock();
            }
        } catch (IOException | RuntimeException e) {
            owner.failed(e);
        }
    }

    /** Ratis has stopped to lead. */
    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        lose(leadingTerm);
    }

    /** The table of that term is worth nothing any more. */
    void lose(long term) {
        election.lock();
        try {
            if (term != NO_TERM && leadingTerm == term) {
                leadingTerm = NO_TERM;
                owner.follows();
            }
        } finally {
            election.unlock();
        }
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
        owner.failed(cause);
    }
}
