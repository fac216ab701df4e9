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
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the next snapshot out of the one before and the commands since. Nothing happens to a hold but that it ends, so a hold
 * that none of the commands ends is copied as it stands in the file; a table is made of the rest only. The result is, byte
 * for byte, what {@link TableWriter} writes of the whole table, which is never in memory.
 *
 * <p>To be called in the order of the methods. Blocking; not thread-safe.
 */
public final class Compaction {
    private static final int FIRST_CAPACITY = 1_024;

    private final @Nullable Source before;
    /** All but the holds that are copied. */
    private final LockTable table;

    private final CommandReader commands;
    /** Whose holds are copied: what is left of such a session is written even if it is over. */
    private final Set<Session> owners = new HashSet<>();
    /** Half of each token that a command ends; sorted once they are all known. Another token with the same half costs time only. */
    private long[] ended = new long[FIRST_CAPACITY];

    private int endedCount;
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
        Token token = CommandReader.endedBy(command);
        if (token != null) {
            if (endedCount == ended.length) {
                ended = Arrays.copyOf(ended, 2 * endedCount);
            }
            ended[endedCount++] = token.low();
        }
    }

    /** Reads the snapshot before. */
    public void read() throws IOException {
        Arrays.sort(ended, 0, endedCount);
        if (before != null) {
            try (DataInputStream in = new DataInputStream(new BufferedInputStream(before.open()))) {
                TableReader.read(in, table, this::isTouched);
            }
        }
    }

    private boolean isTouched(AcquireCommand hold) {
        if (isEnded(hold.token().low())) {
            return true;
        }
        copied += hold.parts().size();
        if (hold.session() != null) {
            owners.add(hold.session());
        }
        return false;
    }

    private boolean isEnded(long tokenLow) {
        return Arrays.binarySearch(ended, 0, endedCount, tokenLow) >= 0;
    }

    /**
     * Repeats a command.
     *
     * @throws DamagedLogException if it is none, or does not fit
     */
    public void apply(byte[] command) {
        commands.apply(command);
    }

    /** How many resources are held, those of a set each counted. */
    public int size() {
        return copied + table.size();
    }

    /** Writes the snapshot. */
    public void write(OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        if (before == null) {
            TableWriter.write(table, data);
            return;
        }
        try (RawHolds holds = new RawHolds(before.open())) {
            TableWriter.write(table, owners, new Merging(data, holds), data);
        }
    }

    /** Writes the holds that are copied before the others, which are all newer: what was touched of the older ones has ended. */
    private final class Merging extends TableWriter {
        private final OutputStream out;
        private final RawHolds holds;

        private Merging(DataOutputStream out, RawHolds holds) {
            super(out);
            this.out = out;
            this.holds = holds;
        }

        @Override
        public void holdsBegin() {
            try {
                while (holds.next()) {
                    if (!isEnded(holds.tokenLow())) {
                        holds.writeTo(out);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
