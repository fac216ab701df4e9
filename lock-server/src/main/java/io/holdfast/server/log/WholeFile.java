package io.holdfast.server.log;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Objects;
import java.util.Set;

/**
 * Writes files so that a crash leaves the old content or the new, never half of one. Blocking; one at a time in a
 * directory, where what a crash left unfinished is overwritten by the next.
 */
public final class WholeFile {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int SYNCED_BYTES = 1 << 20;
    private static final String UNFINISHED = "unfinished.tmp";

    private WholeFile() {}

    /** Writes a content. */
    @FunctionalInterface
    public interface Content {
        /** Writes it; the stream is buffered, and closed by whoever made it. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Replaces the content; on return it is on the disk.
     *
     * @throws IOException if it could not be made sure that it is
     */
    static void replace(Path file, String text) throws IOException {
        replace(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** The same with what is too long for a text. */
    public static void replace(Path file, Content content, FileAttribute<?>... attributes) throws IOException {
        Path directory = Objects.requireNonNull(file.getParent());
        Path unfinished = directory.resolve(UNFINISHED);
        Files.deleteIfExists(unfinished);
        try (FileChannel channel = FileChannel.open(
                unfinished, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
            OutputStream out = new BufferedOutputStream(new SyncedOutput(channel), BUFFER_BYTES);
            content.writeTo(out);
            out.flush();
            channel.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        sync(directory);
    }

    /**
     * Has the disk take a long file piece by piece. Else it would get all of it at once in the end, and the log of the
     * server, which is synced meanwhile, would have to wait for that.
     */
    private static final class SyncedOutput extends OutputStream {
        private final FileChannel channel;
        private long unsynced;

        private SyncedOutput(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer content = ByteBuffer.wrap(bytes, offset, length);
            while (content.hasRemaining()) {
                unsynced += channel.write(content);
            }
            if (unsynced >= SYNCED_BYTES) {
                channel.force(false);
                unsynced = 0;
            }
        }
    }

    /** Makes what is in a directory outlive a loss of power. */
    public static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
