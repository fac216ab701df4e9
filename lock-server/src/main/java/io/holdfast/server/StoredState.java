package io.holdfast.server;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.CommandLog;
import io.holdfast.server.log.CommandWriter;
import io.holdfast.server.log.Promises;
import io.holdfast.server.log.RestartState;
import io.holdfast.server.log.ratis.RatisLog;
import org.jspecify.annotations.Nullable;

/**
 * What a table is served with. Belongs to the event loop.
 *
 * @param table the table as the run before left it, as far as that is known
 * @param log where changes of the table are kept
 * @param promises what may be handed out
 * @param recoveryMillis how long locks of an earlier run that nobody knows any more may still be believed in
 * @param firstEventId above the number of any event of an earlier run
 */
record StoredState(LockTable table, CommandLog log, Promises promises, long recoveryMillis, long firstEventId) {
    /**
     * From now on every change of the log's table is appended to it. To be called on the event loop.
     *
     * @param last how a run in memory mode ended that was there before the log; null for none
     */
    static void keep(RatisLog log, @Nullable RestartState last, long wallMillis) {
        LockTable table = log.table();
        table.onChange(new CommandWriter(log::append));
        if (table.lastFencingToken() == 0) {
            // Above what that run gave out, and what a log gave out that was deleted, as far as the clock tells.
            table.raiseFencing(Promises.firstFencing(last, wallMillis));
        }
    }
}
