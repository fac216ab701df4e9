package io.holdfast.server;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.CommandLog;
import io.holdfast.server.log.CommandWriter;
import io.holdfast.server.log.Promises;
import io.holdfast.server.log.ratis.RatisLog;

/** What a node has to do with the runs before it while it leads: the log of the cluster says it all. */
final class LedStorage implements Storage {
    /** More events than this do not happen in one term, nor terms in the life of a cluster than are left for. */
    private static final int EVENT_BITS = 32;

    private final RatisLog log;
    private final Promises promises = Promises.unlimited();

    LedStorage(RatisLog log, long wallMillis) {
        this.log = log;
        LockTable table = log.table();
        table.onChange(new CommandWriter(log::append));
        if (table.lastFencingToken() == 0) {
            // Above what a cluster that was deleted gave out, as far as the clock tells.
            table.raiseFencing(Promises.firstFencing(null, wallMillis));
        }
    }

    @Override
    public LockTable table() {
        return log.table();
    }

    @Override
    public CommandLog log() {
        return log;
    }

    @Override
    public Promises promises() {
        return promises;
    }

    @Override
    public long recoveryMillis() {
        return 0;
    }

    @Override
    public void recovered() {
        // There is nothing to recover from.
    }

    @Override
    public long firstEventId() {
        return log.term() << EVENT_BITS;
    }

    @Override
    public boolean keepsLocks() {
        return true;
    }

    @Override
    public void close(boolean clean) {
        // The log goes on without this node.
    }
}
