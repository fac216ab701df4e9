package io.holdfast.server.log.ratis;

import io.holdfast.server.core.LockTable;
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
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
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

    Snapshots(LogMachine machine) {
        this.machine = machine;
    }

    /**
     * Makes a snapshot of everything that is applied now. Blocks; one call at a time.
     *
     * @return how many holds are in it
     * @throws IOException if it could not be made sure that it is on the disk
     */
    long make() throws IOException {
        TermIndex upTo = machine.getLastAppliedTermIndex();
        SingleFileSnapshotInfo latest = machine.storage().getLatestSnapshot();
        LockTable table = machine.tableAt(upTo.getIndex());
        if (latest == null || latest.getIndex() < upTo.getIndex()) {
            write(table, upTo);
        }
        return table.size();
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
