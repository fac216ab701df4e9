package io.holdfast.server.log.ratis;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/**
 * Makes a log that begins with the locks of another one, in two steps between which whatever belongs to it can be written:
 * as long as it is unfinished, no server starts with it. Blocking; one caller at a time.
 */
public final class RestoredLog {
    private static final String UNFINISHED = ".unfinished";

    private final Path directory;

    /**
     * Creates the maker.
     *
     * @param directory of the log, whose parent exists
     */
    public RestoredLog(Path directory) {
        this.directory = directory;
    }

    private Path unfinished() {
        return directory.resolveSibling(directory.getFileName() + UNFINISHED);
    }

    /** Whether a log was begun here and not finished. */
    public boolean isUnfinished() {
        return Files.exists(unfinished());
    }

    /** Writes all of it. */
    public void begin(LockTable table) throws IOException {
        Snapshots.plant(table, unfinished());
    }

    /** Makes it a log. */
    public void finish() throws IOException {
        Files.move(unfinished(), directory, StandardCopyOption.ATOMIC_MOVE);
        WholeFile.sync(Objects.requireNonNull(directory.getParent()));
    }
}
