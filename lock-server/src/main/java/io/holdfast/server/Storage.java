package io.holdfast.server;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.CommandLog;
import io.holdfast.server.log.Promises;
import java.io.IOException;

/** What a run has to do with the runs before and after it. Opening and closing block; the rest belongs to the event loop. */
interface Storage {
    /** The table as the run before left it, as far as that is known. */
    LockTable table();

    /** Where changes of the table are kept. */
    CommandLog log();

    /** What may be handed out. */
    Promises promises();

    /** How long locks of an earlier run that nobody knows any more may still be believed in. */
    long recoveryMillis();

    /**
     * The time of {@link #recoveryMillis} is over. Blocks.
     *
     * @throws IOException if what the next run must know could not be written
     */
    void recovered() throws IOException;

    /** Above the number of any event of an earlier run. */
    long firstEventId();

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
