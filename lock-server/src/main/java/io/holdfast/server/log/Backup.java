package io.holdfast.server.log;

import io.holdfast.server.core.LockTable;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * A file with all that a log says: what it is, when it was made, the table as {@link TableWriter} writes it, and a checksum.
 * It holds the tokens of all locks, so nobody but its owner may read it. Blocking.
 *
 * @param takenAtMillis when it was made, by the wall clock
 * @param maxTtlMillis no lease was longer, in milliseconds
 * @param table what was held then
 */
public record Backup(long takenAtMillis, long maxTtlMillis, LockTable table) {
    private static final byte[] MAGIC = {'H', 'F', 'B', 'K'};
    private static final int FORMAT = 1;
    private static final int BUFFER_BYTES = 1 << 16;

    /**
     * Writes a file; on return it is on the disk.
     *
     * @param file must not exist
     * @param table writes what {@link TableWriter} would
     * @throws IOException if it could not be made sure that it is
     */
    public static void write(Path file, long takenAtMillis, long maxTtlMillis, WholeFile.Content table)
            throws IOException {
        WholeFile.replace(
                file,
                bytes -> {
                    CheckedOutputStream summed = new CheckedOutputStream(bytes, new CRC32C());
                    DataOutputStream out = new DataOutputStream(summed);
                    out.write(MAGIC);
                    out.writeByte(FORMAT);
                    out.writeLong(takenAtMillis);
                    out.writeLong(maxTtlMillis);
                    table.writeTo(out);
                    out.writeLong(summed.getChecksum().getValue());
                },
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /**
     * Reads a file.
     *
     * @param empty where to put what was held
     * @throws IOException if it cannot be read
     * @throws DamagedLogException if it is no backup, or is damaged; the message is fit to be shown
     */
    public static Backup read(Path file, LockTable empty) throws IOException {
        requireWhole(file);
        try (DataInputStream in = open(file)) {
            in.skipNBytes(MAGIC.length + 1);
            long takenAtMillis = in.readLong();
            long maxTtlMillis = in.readLong();
            TableReader.read(in, empty);
            return new Backup(takenAtMillis, maxTtlMillis, empty);
        }
    }

    private static DataInputStream open(Path file) throws IOException {
        return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
    }

    /** Before anything is made of it: what is damaged can look like anything. */
    private static void requireWhole(Path file) throws IOException {
        try (DataInputStream in = open(file)) {
            byte[] magic = in.readNBytes(MAGIC.length);
            if (!Arrays.equals(magic, MAGIC)) {
                throw new DamagedLogException(file + " is no backup");
            }
            int format = in.readUnsignedByte();
            if (format != FORMAT) {
                throw new DamagedLogException(file + " is a backup of format " + format + ", and this server knows "
                        + FORMAT + " only: it was made by a newer one");
            }
            CRC32C sum = new CRC32C();
            sum.update(magic);
            sum.update(format);
            byte[] buffer = new byte[BUFFER_BYTES];
            for (long left = Files.size(file) - MAGIC.length - 1 - Long.BYTES; left > 0; ) {
                int length = (int) Math.min(left, buffer.length);
                in.readFully(buffer, 0, length);
                sum.update(buffer, 0, length);
                left -= length;
            }
            if (in.readLong() != sum.getValue()) {
                throw new DamagedLogException("the backup " + file + " is damaged: its checksum does not fit");
            }
        } catch (EOFException e) {
            throw new DamagedLogException("the backup " + file + " ends too early", e);
        }
    }
}
