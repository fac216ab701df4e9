package io.holdfast.server.log.ratis;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.Backup;
import io.holdfast.server.log.Compaction;
import io.holdfast.server.log.TableWriter;
import io.holdfast.server.log.WholeFile;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Objects;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.apache.ratis.util.SizeInBytes;

/**
 * Makes snapshots on a thread of its own, out of the snapshot before and the log since: the table that serves is not
 * touched, so that no request waits for it.
 */
final class Snapshots {
    /** Where Ratis keeps them, below the directory of the group. */
    private static final String DIRECTORY = "sm";

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
        SingleFileSnapshotInfo latest = machine.getLatestSnapshot();
        Compaction compaction = machine.compaction(latest, upTo.getIndex());
        if (latest == null || latest.getIndex() < upTo.getIndex()) {
            Path file = machine.getStateMachineStorage()
                    .getSnapshotFile(upTo.getTerm(), upTo.getIndex())
                    .toPath();
            FileInfo written = new FileInfo(file, write(file, compaction::write));
            machine.taken(new SingleFileSnapshotInfo(written, upTo));
        }
        return compaction.size();
    }

    /**
     * Writes everything up to that entry of the log to a file for elsewhere. Blocks; not to be called while a snapshot is
     * being made.
     *
     * @return how many holds are in it
     */
    int backUp(long upTo, Path file, long takenAtMillis, long maxTtlMillis) throws IOException {
        Compaction compaction = machine.compaction(machine.getLatestSnapshot(), upTo);
        Backup.write(file, takenAtMillis, maxTtlMillis, compaction::write);
        return compaction.size();
    }

    /**
     * Lets a log that does not exist yet begin with a table. A member that is added later has no such beginning, so the
     * snapshot is what it is sent first.
     */
    static void plant(LockTable table, Path log) throws IOException {
        Path group = Files.createDirectories(log.resolve(Group.ID.getUuid().toString()));
        // A directory that Ratis does not know for its own is emptied when it is opened.
        try (RaftStorage storage = RaftStorage.newBuilder()
                .setDirectory(group.toFile())
                .setOption(RaftStorage.StartupOption.FORMAT)
                .setStorageFreeSpaceMin(SizeInBytes.ONE_KB)
                .build()) {
            storage.initialize();
        }
        Path directory = Files.createDirectories(group.resolve(DIRECTORY));
        MD5Hash unused = write(
                directory.resolve(SimpleStateMachineStorage.getSnapshotFileName(0, 0)),
                bytes -> TableWriter.write(table, new DataOutputStream(bytes)));
    }

    /**
     * Its checksum is on the disk before the file has its name: a snapshot without one is taken for damaged, and a server that
     * was killed between the two would not start.
     */
    static MD5Hash write(Path file, WholeFile.Content content) throws IOException {
        MessageDigest digest = MD5FileUtil.newMD5();
        WholeFile.replace(file, out -> {
            OutputStream digested = new BufferedOutputStream(new DigestOutputStream(out, digest));
            content.writeTo(digested);
            digested.flush();
            save(file, MD5Hash.newInstance(digest.digest()));
        });
        return MD5FileUtil.readStoredMd5ForFile(file.toFile());
    }

    private static void save(Path file, MD5Hash checksum) throws IOException {
        MD5FileUtil.saveMD5File(file.toFile(), checksum);
        Path saved = MD5FileUtil.getDigestFileForFile(file.toFile()).toPath();
        try (FileChannel channel = FileChannel.open(saved, StandardOpenOption.READ)) {
            channel.force(true);
        }
        WholeFile.sync(Objects.requireNonNull(file.getParent()));
    }
}
