package io.holdfast.server;

import io.holdfast.server.http.BackupRoute;
import io.holdfast.server.service.TimeSource;
import java.io.IOException;
import java.util.concurrent.Executor;

/** What a run has to do with the runs before and after it. Opening and closing block; the rest belongs to the event loop. */
interface Storage {
    /** What this run begins with. */
    StoredState state();

    /**
     * The time of {@link StoredState#recoveryMillis} is over. Blocks.
     *
     * @throws IOException if what the next run must know could not be written
     */
    void recovered() throws IOException;

    /** Writes the state to a file, if there is any that is worth it. */
    BackupRoute.Maker backups(LockServerConfig config, TimeSource time, Executor loop);

    /** Whether locks outlive this run, so that stopping need not wait for their holders. */
    boolean keepsLocks();

    /**
     * Ends the run. Blocks.
     *
     * @param clean whether nothing that was granted can still be believed in
     * @throws IOException if what the next run must know could not be written
     */
    void close(boolean clean) throws IOException;
}
