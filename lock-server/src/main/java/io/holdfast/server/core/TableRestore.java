package io.holdfast.server.core;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts a table together from what {@link LockTable#describe} told of another. To be called in that order, on an empty table;
 * a piece that refers to one that was not told before is refused with {@link IllegalArgumentException}. Confined to the
 * event loop.
 */
public final class TableRestore {
    private final LockTable table;
    /** Those that are over, too: the table itself does not know them any more. */
    private final Map<Token, Session> sessions = new HashMap<>();

    /** Fills that table, which must be empty. */
    public TableRestore(LockTable table) {
        this.table = table;
    }

    /** See {@link TableState#counters}. */
    public void counters(long lastFencingToken, long lastTicket, long lastDelayEpoch) {
        table.restoreCounters(lastFencingToken, lastTicket, lastDelayEpoch);
    }

    /**
     * See {@link TableState#session}.
     *
     * @param endedBy why it is over, or null if it lives
     */
    public void session(
            Token id,
            String clientId,
            Terms terms,
            long openedAtMillis,
            @Nullable EndReason endedBy,
            long lastLoss,
            List<Session.Loss> losses) {
        Session session = new Session(id, clientId, terms, openedAtMillis);
        session.restoreLosses(lastLoss, losses);
        sessions.put(id, session);
        if (endedBy == null) {
            table.restoreSession(session);
        } else {
            session.end(endedBy);
        }
    }

    /** A session that was restored before. */
    public Session sessionOf(Token id) {
        Session session = sessions.get(id);
        if (session == null) {
            throw new IllegalArgumentException("a session that was not told of before");
        }
        return session;
    }

    /** See {@link TableState#hold}. */
    public void hold(AcquireCommand command, long fencingToken) {
        if (!table.admits(command.parts())) {
            throw new IllegalArgumentException("a hold of what others hold");
        }
        table.hold(command, fencingToken);
    }

    /** See {@link TableState#place}. */
    public void place(AcquireCommand command, long ticket, long placesAheadAtFirst) {
        table.queue(command, ticket, placesAheadAtFirst);
    }

    /** See {@link TableState#delay}. */
    public void delay(String resourceName, long epoch, Delay delay) {
        table.restoreDelay(resourceName, epoch, delay);
    }

    /** See {@link TableState#ended}. */
    public void ended(RequestKey key, EndReason reason) {
        table.restoreEnded(key, reason);
    }

    /** See {@link TableState#broken}. */
    public void broken(Token token, BrokenHold hold) {
        table.restoreBroken(token, hold);
    }
}
