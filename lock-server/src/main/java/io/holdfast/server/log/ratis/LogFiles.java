package io.holdfast.server.log.ratis;

import io.holdfast.server.log.DamagedLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Looks through the log's files before Ratis opens them, to say where they are damaged, and to cut off what a crash left
 * of a record it was writing. Ratis itself takes a partial record before preallocated zeros for damage. A record is a
 * varint length, so many bytes, and the CRC32C of both; a file begins with eight bytes of its own.
 *
 * <p>What is cut off was never called durable: it is the last thing in the newest file, and nothing in it is a whole
 * record. A bit that flips in the very last record cannot be told from that, and is taken for it.
 */
final class LogFiles {
    private static final int HEADER_BYTES = 8;
    private static final int CRC_BYTES = 4;
    private static final int MAX_VARINT_BYTES = 5;
    /** An entry of ours with all that Ratis adds. */
    private static final int MAX_RECORD_BYTES = 4 * Batcher.MAX_BYTES;

    private final Path file;
    private final byte[] bytes;

    private LogFiles(Path file) throws IOException {
        this.file = file;
        this.bytes = Files.readAllBytes(file);
    }

    /**
     * Makes the files fit to be opened.
     *
     * @throws DamagedLogException if one of them is damaged; the message names it and says where
     */
    static void check(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> found = Files.walk(directory)) {
            files = found.filter(path -> name(path).startsWith("log_")).sorted().toList();
        }
        for (Path file : files) {
            new LogFiles(file).check();
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private void check() throws IOException {
        boolean open = name(file).startsWith("log_inprogress_");
        int offset = Math.min(HEADER_BYTES, bytes.length);
        while (offset < bytes.length) {
            int next = endOfRecord(offset);
            if (next < 0) {
                break;
            }
            offset = next;
        }
        int end = lastNonZero() + 1;
        if (offset >= end) {
            return; // nothing but the space that was set aside
        }
        if (!open || end - offset > MAX_RECORD_BYTES || holdsRecord(offset + 1, end)) {
            throw new DamagedLogException(file + " is damaged at byte " + offset);
        }
        cutOff(offset);
    }

    private int lastNonZero() {
        int last = bytes.length - 1;
        while (last >= 0 && bytes[last] == 0) {
            last--;
        }
        return last;
    }

    private boolean holdsRecord(int from, int end) {
        for (int offset = from; offset < end; offset++) {
            if (endOfRecord(offset) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Where the record that begins there ends, or -1 if none does. */
    private int endOfRecord(int start) {
        int length = 0;
        int offset = start;
        for (int i = 0; ; i++) {
            if (i == MAX_VARINT_BYTES || offset == bytes.length) {
                return -1;
            }
            byte next = bytes[offset++];
            length |= (next & 0x7f) << (7 * i);
            if (next >= 0) {
                break;
            }
        }
        if (length <= 0 || length > bytes.length - offset - CRC_BYTES) {
            return -1;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, start, offset - start + length);
        int end = offset + length;
        return (int) crc.getValue() == ByteBuffer.wrap(bytes).getInt(end) ? end + CRC_BYTES : -1;
    }

    private void cutOff(int length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.force(true);
        }
    }
}
