package io.holdfast.server.log;

import java.io.IOException;
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

/** Writes files so that a crash leaves the old content or the new, never half of one. Blocking. */
public final class WholeFile {
    private WholeFile() {}

    /** Writes a content. */
    @FunctionalInterface
    interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Replaces the content; on return it is on the disk.
     *
     * @throws IOException if it could not be made sure that it is
     */
    static void replace(Path file, String text) throws IOException {
        replace(file, channel -> {
            ByteBuffer content = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (content.hasRemaining()) {
                channel.write(content);
            }
        });
    }

    /** The same with what is too long for a text. */
    static void replace(Path file, Content content, FileAttribute<?>... attributes) throws IOException {
        Path directory = Objects.requireNonNull(file.getParent());
        Path temporary = directory.resolve(file.getFileName() + ".tmp");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = FileChannel.open(
                temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
            content.writeTo(channel);
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        sync(directory);
    }

    /** Makes what is in a directory outlive a loss of power. */
    public static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
