package io.holdfast.server;

import java.io.IOException;

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
