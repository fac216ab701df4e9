package io.holdfast.verification.campaign;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A small disk for the data of one server, that can be filled up. Only root can make one. */
final class Disk implements AutoCloseable {
    private static final int MEGABYTES = 48;
    private static final byte[] BLOCK = new byte[1 << 16];

    private final @Nullable Path mounted;

    private Disk(@Nullable Path mounted) {
        this.mounted = mounted;
    }

    static Disk none() {
        return new Disk(null);
    }

    /** Mounts one; {@link #none} where that is not possible. */
    static Disk mount(Path at) throws IOException, InterruptedException {
        Files.createDirectories(at);
        String size = "size=" + MEGABYTES + "m";
        Path where = at.toAbsolutePath();
        boolean done = Processes.run("mount", "-t", "tmpfs", "-o", size, "tmpfs", where.toString());
        return done ? new Disk(where) : none();
    }

    boolean isThere() {
        return mounted != null;
    }

    /** Takes all the room there is. */
    void fill() {
        if (mounted != null) {
            try (OutputStream out = Files.newOutputStream(mounted.resolve("ballast"))) {
                for (int i = 0; i < MEGABYTES << 20; i += BLOCK.length) {
                    out.write(BLOCK);
                }
            } catch (IOException full) {
                // as it was meant to be
            }
        }
    }

    void clear() throws IOException {
        if (mounted != null) {
            Files.deleteIfExists(mounted.resolve("ballast"));
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (mounted != null && !Processes.run("umount", mounted.toString())) {
            boolean unused = Processes.run("umount", "-l", mounted.toString());
        }
    }
}
