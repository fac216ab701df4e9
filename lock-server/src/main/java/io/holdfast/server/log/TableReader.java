package io.holdfast.server.log;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.BrokenHold;
import io.holdfast.server.core.Delay;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.TableRestore;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import java.io.DataInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Reads what {@link TableWriter} wrote into an empty table. */
public final class TableReader {
    private final DataInput in;
    private final TableRestore restore;
    private final SharedValues shared = new SharedValues();
    private final Predicate<AcquireCommand> wanted;

    private TableReader(DataInput in, LockTable table, Predicate<AcquireCommand> wanted) {
        this.in = in;
        this.wanted = wanted;
        this.restore = new TableRestore(table);
    }

    /**
     * Fills the table, which must be empty.
     *
     * @throws IOException if {@code in} does, also when it ends too early
     * @throws DamagedLogException if it holds something else
     */
    public static void read(DataInput in, LockTable table) throws IOException {
        read(in, table, hold -> true);
    }

    /** The same without the holds that are not wanted. */
    static void read(DataInput in, LockTable table, Predicate<AcquireCommand> wanted) throws IOException {
        requireFormat(in.readUnsignedByte());
        try {
            new TableReader(in, table, wanted).readAll();
        } catch (IllegalArgumentException e) {
            throw new DamagedLogException("a snapshot does not fit together: " + e.getMessage(), e);
        }
    }

    static void requireFormat(int format) {
        if (format != TableWriter.FORMAT) {
            throw new DamagedLogException("a snapshot of format " + format + ", and this server knows "
                    + TableWriter.FORMAT + " only: it was written by a newer one");
        }
    }

    private void readAll() throws IOException {
        for (int kind = in.readUnsignedByte(); kind != TableWriter.END; kind = in.readUnsignedByte()) {
            switch (kind) {
                case TableWriter.COUNTERS -> restore.counters(in.readLong(), in.readLong(), in.readLong());
                case TableWriter.SESSION -> session();
                case TableWriter.HOLD -> hold();
                case TableWriter.PLACE ->
                    restore.place(Fields.readAcquire(in, shared, restore::sessionOf), in.readLong(), in.readLong());
                case TableWriter.DELAY ->
                    restore.delay(in.readUTF(), in.readLong(), new Delay(Fields.readReason(in), in.readLong()));
                case TableWriter.ENDED -> restore.ended(Fields.readKey(in, shared), Fields.readReason(in));
                case TableWriter.BROKEN ->
                    restore.broken(Fields.readToken(in), new BrokenHold(Fields.readParts(in), Fields.readText(in)));
                default -> throw new DamagedLogException("nothing in a snapshot is of kind " + kind);
            }
        }
    }

    private void hold() throws IOException {
        AcquireCommand command = Fields.readAcquire(in, shared, restore::sessionOf);
        long fencingToken = in.readLong();
        if (wanted.test(command)) {
            restore.hold(command, fencingToken);
        }
    }

    private void session() throws IOException {
        Token id = Fields.readToken(in);
        String clientId = shared.text(in.readUTF());
        Terms terms = Fields.readTerms(in, shared);
        long openedAtMillis = in.readLong();
        String endedBy = Fields.readText(in);
        long lastLoss = in.readLong();
        List<Session.Loss> losses = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            losses.add(new Session.Loss(
                    in.readLong(), in.readUTF(), in.readLong(), Fields.readReason(in), Fields.readText(in)));
        }
        restore.session(
                id,
                clientId,
                terms,
                openedAtMillis,
                endedBy == null ? null : EndReason.valueOf(endedBy),
                lastLoss,
                losses);
    }
}
