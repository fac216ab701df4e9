package io.holdfast.server.log.ratis;

import io.holdfast.server.log.DamagedLogException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** What one entry of the log holds: a version, and commands, each after its length. */
final class Entry {
    private static final byte FORMAT = 1;

    private Entry() {}

    static ByteBuffer of(List<byte[]> commands) {
        int size = 1;
        for (byte[] command : commands) {
            size += Integer.BYTES + command.length;
        }
        ByteBuffer entry = ByteBuffer.allocate(size).put(FORMAT);
        for (byte[] command : commands) {
            entry.putInt(command.length).put(command);
        }
        return entry.flip();
    }

    /** How many commands an entry has. */
    static int count(ByteBuffer entry) {
        int count = 0;
        for (int at = 1; at < entry.limit(); at += Integer.BYTES + entry.getInt(at)) {
            count++;
        }
        return count;
    }

    /**
     * Hands over the commands of an entry in order; returns how many.
     *
     * @throws DamagedLogException if it is none
     */
    static int read(ByteBuffer entry, Consumer<byte[]> commands) {
        int count = 0;
        try {
            byte format = entry.get();
            if (format != FORMAT) {
                throw new DamagedLogException(
                        "an entry of format " + format + ", and this server knows " + FORMAT + " only");
            }
            while (entry.hasRemaining()) {
                byte[] command = new byte[entry.getInt()];
                entry.get(command);
                commands.accept(command);
                count++;
            }
            return count;
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            throw new DamagedLogException("an entry is shorter than it should be", e);
        }
    }
}
