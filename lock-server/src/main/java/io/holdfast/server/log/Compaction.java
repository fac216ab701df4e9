package io.holdfast.server.log;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Token;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the next snapshot out of the one before and the commands since. Nothing happens to a hold but that it ends, so a hold
 * that none of the commands ends is copied as it stands in the snapshot, or in the command that granted it; a table is made
 * of the rest only. The result is, byte for byte, what {@link TableWriter} writes of the whole table, which is never in memory.
 *
 * <p>To be called in the order of the methods. Blocking; not thread-safe.
 */
public final class Compaction {
    private final @Nullable Source before;
    /** All but the holds that are copied. */
    private final LockTable table;

    private final CommandReader commands;
    private final GrantedHolds granted = new GrantedHolds();
    /** Whose holds are copied: what is left of such a session is written even if it is over. */
    private final Set<Session> owners = new HashSet<>();
    /** What the commands end; another hold that is taken for one of these is only not copied. */
    private final EndedHolds ended = new EndedHolds();

    private int copied;

    /** Where a snapshot is read from, more than once. */
    @FunctionalInterface
    public interface Source {
        /** Opens it at its beginning. */
        InputStream open() throws IOException;
    }

    /**
     * Begins.
     *
     * @param before the snapshot before; null if there was none
     * @param empty an empty table, to be filled
     */
    public Compaction(@Nullable Source before, LockTable empty) {
        this.before = before;
        this.table = empty;
        this.commands = new CommandReader(empty);
    }

    /** Takes note of a command. All are to be foreseen before one is applied. */
    public void foresee(byte[] command) {
        ByteBuffer end = CommandReader.body(command, CommandKind.ENDED);
        end = end == null ? CommandReader.body(command, CommandKind.BROKEN) : end;
        if (end == null) {
            return;
        }
        try {
            SkippedFields.utf(end);
            ended.add(SkippedFields.token(end));
        } catch (BufferUnderflowException e) {
            throw tooShort(e);
        }
    }

    /** Reads the snapshot before, if there was one. */
    public void read() throws IOException {
        if (before != null) {
            try (DataInputStream in = new DataInputStream(new BufferedInputStream(before.open()))) {
                TableReader.read(in, table, this::isTouched);
            }
        }
    }

    private boolean isTouched(AcquireCommand hold) {
        if (ended.contains(hold.token().low())) {
            return true;
        }
        copied += hold.parts().size();
        if (hold.session() != null) {
            owners.add(hold.session());
        }
        return false;
    }

    /**
     * Repeats a command.
     *
     * @throws DamagedLogException if it is none, or does not fit
     */
    public void apply(byte[] command) {
        ByteBuffer grant = CommandReader.body(command, CommandKind.GRANTED);
        if (grant == null || ended.contains(tokenLow(grant))) {
            commands.apply(command);
        } else {
            keep(command, grant);
        }
    }

    /** The second half of the token of an acquire, which is all of what is given. */
    private static long tokenLow(ByteBuffer acquire) {
        ByteBuffer fields = acquire.duplicate();
        try {
            long tokenLow = SkippedFields.acquire(fields);
            if (fields.hasRemaining()) {
                throw new DamagedLogException("a command is longer than it should be");
            }
            return tokenLow;
        } catch (BufferUnderflowException e) {
            throw tooShort(e);
        }
    }

    private void keep(byte[] command, ByteBuffer grant) {
        table.raiseFencing(table.lastFencingToken() + 1);
        granted.add(command, grant.position(), table.lastFencingToken());
        copied += SkippedFields.parts(grant);
        SkippedFields.text(grant);
        if (grant.get() != 0) {
            owners.add(commands.session(new Token(grant.getLong(), grant.getLong())));
        }
    }

    private static DamagedLogException tooShort(RuntimeException cause) {
        return new DamagedLogException("a command is shorter than it should be", cause);
    }

    /** How many resources are held, those of a set each counted. */
    public int size() {
        return copied + table.size();
    }

    /** Writes the snapshot. */
    public void write(OutputStream out) throws IOException {
        try (Merging writer = new Merging(new DataOutputStream(out))) {
            TableWriter.write(table, owners, writer);
        }
    }

    /**
     * Puts the holds that are copied between the others, in the order of their fencing tokens: first those of the snapshot
     * before, because what a command touches of these has ended.
     */
    private final class Merging extends TableWriter implements AutoCloseable {
        private final OutputStream out;
        private final RawHolds newer = new RawHolds(granted.open());
        private final @Nullable RawHolds older = before == null ? null : new RawHolds(before.open());
        private boolean more = newer.next();

        private Merging(DataOutputStream out) throws IOException {
            super(out);
            this.out = out;
        }

        @Override
        public void hold(AcquireCommand command, long fencingToken) {
            copyBefore(fencingToken);
            super.hold(command, fencingToken);
        }

        @Override
        public void holdsEnd() {
            copyBefore(Long.MAX_VALUE);
        }

        private void copyBefore(long fencingToken) {
            try {
                while (older != null && older.next()) {
                    if (!ended.contains(older.tokenLow())) {
                        older.writeTo(out);
                    }
                }
                while (more && newer.fencingToken() < fencingToken) {
                    newer.writeTo(out);
                    more = newer.next();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            if (older != null) {
                older.close();
            }
        }
    }
}
