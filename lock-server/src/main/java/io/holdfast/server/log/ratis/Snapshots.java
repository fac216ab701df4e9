package io.holdfast.server.log.ratis;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.CommandReader;
import io.holdfast.server.log.TableWriter;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;

/**
 * Makes snapshots on a thread of its own, out of the snapshot before and the log since: the table that serves is not
 * touched, so that no request waits for it. For the time that takes, the state is in memory twice.
 */
final class Snapshots {
    private final LogMachine machine;
    private final Supplier<LockTable> emptyTable;

    Snapshots(LogMachine machine, Supplier<LockTable> emptyTable) {
        this.machine = machine;
        this.emptyTable = emptyTable;
    }

    /**
     * Makes a snapshot of everything that is durable now. Blocks; one call at a time.
     *
     * @throws IOException if it could not be made sure that it is on the disk
     */
    void make(RaftLog log) throws IOException {
        TermIndex upTo = machine.getLastAppliedTermIndex();
        LockTable table = emptyTable.get();
        SingleFileSnapshotInfo before = machine.storage().getLatestSnapshot();
        long next = before == null
                ? log.getStartIndex()
                : LogMachine.readSnapshot(before, table).getIndex() + 1;
        CommandReader reader = new CommandReader(table);
        for (long index = next; index <= upTo.getIndex(); index++) {
            LogEntryProto entry = log.get(index);
            if (entry.hasStateMachineLogEntry()) {
                Entry.read(LogMachine.commandsOf(entry), reader::apply);
            }
        }
        write(table, upTo);
    }

    private void write(LockTable table, TermIndex upTo) throws IOException {
        SimpleStateMachineStorage storage = machine.storage();
        File file = storage.getSnapshotFile(upTo.getTerm(), upTo.getIndex());
        Path directory = Objects.requireNonNull(file.getParentFile()).toPath();
        Path temporary = directory.resolve("snapshot.tmp");
        try (FileOutputStream bytes = new FileOutputStream(temporary.toFile())) {
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(bytes, 1 << 16));
            TableWriter.write(table, out);
            out.flush();
            bytes.getChannel().force(true);
        }
        Files.move(temporary, file.toPath(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        MD5Hash digest = MD5FileUtil.computeAndSaveMd5ForFile(file);
        for (Path written : List.of(MD5FileUtil.getDigestFileForFile(file).toPath(), directory)) {
            try (FileChannel channel = FileChannel.open(written, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
        storage.updateLatestSnapshot(new SingleFileSnapshotInfo(new FileInfo(file.toPath(), digest), upTo));
    }
}
