package io.holdfast.server.log;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.BrokenHold;
import io.holdfast.server.core.Delay;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.TableState;
import io.holdfast.server.core.Token;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;

/** Writes a whole table as {@link TableReader} reads it: one piece after the other, each after its kind. */
public class TableWriter implements TableState {
    /** The first byte. */
    static final int FORMAT = 1;

    static final int END = 0;
    static final int COUNTERS = 1;
    static final int SESSION = 2;
    static final int HOLD = 3;
    static final int PLACE = 4;
    static final int DELAY = 5;
    static final int ENDED = 6;
    static final int BROKEN = 7;

    private final DataOutput out;

    TableWriter(DataOutput out) {
        this.out = out;
    }

    /**
     * Writes the table. Takes long for a large one: not for an event loop that serves.
     *
     * @throws IOException if {@code out} does
     */
    public static void write(LockTable table, DataOutput out) throws IOException {
        write(table, Set.of(), new TableWriter(out));
    }

    /** The same through that writer, and with sessions that the table does not know to be needed. */
    static void write(LockTable table, Set<Session> owners, TableWriter writer) throws IOException {
        try {
            writer.out.writeByte(FORMAT);
            table.describe(writer, owners);
            writer.out.writeByte(END);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @FunctionalInterface
    private interface Body {
        void write() throws IOException;
    }

    private void piece(int kind, Body body) {
        try {
            out.writeByte(kind);
            body.write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void counters(long lastFencingToken, long lastTicket, long lastDelayEpoch) {
        piece(COUNTERS, () -> {
            out.writeLong(lastFencingToken);
            out.writeLong(lastTicket);
            out.writeLong(lastDelayEpoch);
        });
    }

    @Override
    public void session(Session session) {
        EndReason endedBy = session.endedBy();
        List<Session.Loss> losses = session.losses(Integer.MAX_VALUE);
        piece(SESSION, () -> {
            Fields.writeToken(out, session.id());
            out.writeUTF(session.clientId());
            Fields.writeTerms(out, session.terms());
            out.writeLong(session.openedAtMillis());
            Fields.writeText(out, endedBy == null ? null : endedBy.name());
            out.writeLong(session.lastLoss());
            out.writeInt(losses.size());
            for (Session.Loss loss : losses) {
                out.writeLong(loss.number());
                out.writeUTF(loss.resourceName());
                out.writeLong(loss.fencingToken());
                Fields.writeReason(out, loss.reason());
                Fields.writeText(out, loss.detail());
            }
        });
    }

    @Override
    public void hold(AcquireCommand command, long fencingToken) {
        piece(HOLD, () -> {
            Fields.writeAcquire(out, command);
            out.writeLong(fencingToken);
        });
    }

    @Override
    public void place(AcquireCommand command, long ticket, long placesAheadAtFirst) {
        piece(PLACE, () -> {
            Fields.writeAcquire(out, command);
            out.writeLong(ticket);
            out.writeLong(placesAheadAtFirst);
        });
    }

    @Override
    public void delay(String resourceName, long epoch, Delay delay) {
        piece(DELAY, () -> {
            out.writeUTF(resourceName);
            out.writeLong(epoch);
            Fields.writeReason(out, delay.reason());
            out.writeLong(delay.millis());
        });
    }

    @Override
    public void ended(RequestKey key, EndReason reason) {
        piece(ENDED, () -> {
            Fields.writeKey(out, key);
            Fields.writeReason(out, reason);
        });
    }

    @Override
    public void broken(Token token, BrokenHold hold) {
        piece(BROKEN, () -> {
            Fields.writeToken(out, token);
            Fields.writeParts(out, hold.parts());
            Fields.writeText(out, hold.reason());
        });
    }
}
