package io.holdfast.server.log;

import io.holdfast.server.core.AcquireOutcome;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Place;
import io.holdfast.server.core.Resource;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Repeats commands that {@link CommandWriter} wrote. The table must stand as the writer's did: a command that does not fit
 * is a damaged log, not something to pass over. Not thread-safe.
 */
public final class CommandReader {
    private final LockTable table;
    private final SharedValues shared = new SharedValues();

    /** Repeats commands on that table. */
    public CommandReader(LockTable table) {
        this.table = table;
    }

    /**
     * Repeats one command.
     *
     * @throws DamagedLogException if it is none, or does not fit the table
     */
    public void apply(byte[] command) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(command))) {
            int format = in.readUnsignedByte();
            if (format != CommandWriter.FORMAT) {
                throw new DamagedLogException("a command of format " + format + ", and this server knows "
                        + CommandWriter.FORMAT + " only: it was written by a newer one");
            }
            apply(CommandKind.of(in.readUnsignedByte()), in);
            if (in.read() >= 0) {
                throw new DamagedLogException("a command is longer than it should be");
            }
        } catch (IOException e) {
            throw new DamagedLogException("a command is shorter than it should be", e);
        }
    }

    /** The command's body, if it is of that kind, or null. */
    static @Nullable ByteBuffer body(byte[] command, CommandKind kind) {
        return command.length > 2 && command[0] == CommandWriter.FORMAT && command[1] == kind.number()
                ? ByteBuffer.wrap(command).position(2)
                : null;
    }

    private void apply(CommandKind kind, DataInputStream in) throws IOException {
        switch (kind) {
            case GRANTED -> grant(in);
            case QUEUED -> table.enqueue(Fields.readAcquire(in, shared, this::session));
            case PLACE_GRANTED -> table.grantPlace(place(in), Fields.readToken(in), in.readLong());
            case DROPPED -> table.drop(place(in), Fields.readReason(in));
            case ENDED -> table.end(hold(in), Fields.readReason(in));
            case BREAK_BEGUN -> table.beginBreak(in.readUTF());
            case BROKEN -> table.breakHold(hold(in), in.readLong(), Fields.readText(in), in.readLong());
            case DELAY_ENDED -> table.endDelay(in.readUTF(), in.readLong());
            case SESSION_OPENED -> {
                Token id = Fields.readToken(in);
                String clientId = shared.text(in.readUTF());
                Terms terms = Fields.readTerms(in, shared);
                table.openSession(id, clientId, terms, in.readLong());
            }
            case SESSION_ENDED -> table.endSession(session(Fields.readToken(in)), Fields.readReason(in));
            case LOSSES_ACKNOWLEDGED -> table.acknowledge(session(Fields.readToken(in)), in.readLong());
            case FORESTALLED -> table.forestall(Fields.readKey(in, shared));
            case FENCING_RAISED -> table.raiseFencing(in.readLong());
        }
    }

    private void grant(DataInputStream in) throws IOException {
        AcquireOutcome outcome = table.acquire(Fields.readAcquire(in, shared, this::session), true);
        if (outcome.kind() != AcquireOutcome.Kind.GRANTED) {
            throw new DamagedLogException("a grant is repeated, and the table says " + outcome.kind());
        }
    }

    Session session(Token id) {
        return require(table.session(id), "session");
    }

    private Hold hold(DataInputStream in) throws IOException {
        return require(table.heldUnder(in.readUTF(), Fields.readToken(in)), "hold");
    }

    private Place place(DataInputStream in) throws IOException {
        Resource resource = table.find(in.readUTF());
        long ticket = in.readLong();
        return require(resource == null ? null : resource.place(ticket), "place");
    }

    private static <T> T require(@Nullable T found, String what) {
        if (found == null) {
            throw new DamagedLogException("a command names a " + what + " that the table does not know");
        }
        return found;
    }
}
