package io.holdfast.server.log;

import java.io.IOException;
import java.io.StringReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The one small file a server in memory mode keeps, and the lock on the directory it is in. Every write is synced before
 * it returns, and replaces the file in one step: a crash leaves the old content or the new, never half of one. Blocking;
 * one caller at a time.
 */
public final class StateFile implements AutoCloseable {
    private static final String FILE_NAME = "memory.state";
    private static final String LOCK_NAME = "lock";

    private final Path directory;
    private final FileChannel lockChannel;

    private StateFile(Path directory, FileChannel lockChannel) {
        this.directory = directory;
        this.lockChannel = lockChannel;
    }

    /**
     * Creates the directory if need be and locks it against every other process.
     *
     * @throws IOException if the directory cannot be used, or another process has it; the message is fit to be shown
     */
    public static StateFile open(Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
            FileChannel channel =
                    FileChannel.open(directory.resolve(LOCK_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                channel.close();
                throw new IOException("another process is using it");
            }
            return new StateFile(directory, channel);
        } catch (IOException e) {
            throw new IOException("cannot use data directory " + directory.toAbsolutePath() + ": " + describe(e), e);
        }
    }

    /**
     * Reads what the last run left.
     *
     * @return null when there was no run before this one
     * @throws IOException if the file cannot be read or makes no sense; the message is fit to be shown
     */
    public @Nullable RestartState read() throws IOException {
        Path file = directory.resolve(FILE_NAME);
        try {
            Properties properties = new Properties();
            properties.load(new StringReader(Files.readString(file)));
            return RestartState.of(properties);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("cannot read " + file.toAbsolutePath() + ": " + describe(e), e);
        }
    }

    /**
     * Replaces the content; on return it is on the disk.
     *
     * @throws IOException if it could not be made sure that it is
     */
    public void write(RestartState state) throws IOException {
        WholeFile.replace(directory.resolve(FILE_NAME), state.toText());
    }

    /** Unlocks the directory. */
    @Override
    public void close() throws IOException {
        lockChannel.close();
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // this process has it, through another verticle
        }
    }

    static String describe(Exception e) {
        String message = e.getMessage();
        // A file system exception's message is the path alone, which is named already.
        return message == null || e instanceof FileSystemException
                ? e.getClass().getSimpleName()
                : message;
    }
}
