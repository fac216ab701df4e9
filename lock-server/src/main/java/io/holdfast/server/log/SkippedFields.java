package io.holdfast.server.log;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Passes over what {@link Fields} writes, without making objects of it. Throws {@link BufferUnderflowException} at the end. */
final class SkippedFields {
    private SkippedFields() {}

    static void bytes(ByteBuffer in, int count) {
        if (in.remaining() < count) {
            throw new BufferUnderflowException();
        }
        in.position(in.position() + count);
    }

    static int count(ByteBuffer in) {
        return in.getShort() & 0xFFFF;
    }

    /** What {@code writeUTF} writes. */
    static void utf(ByteBuffer in) {
        bytes(in, count(in));
    }

    static void text(ByteBuffer in) {
        if (in.get() != 0) {
            utf(in);
        }
    }

    /** Returns the second half of the token. */
    static long token(ByteBuffer in) {
        bytes(in, Long.BYTES);
        return in.getLong();
    }

    static void terms(ByteBuffer in) {
        bytes(in, 2 * Long.BYTES);
        for (int left = count(in); left > 0; left--) {
            utf(in);
            utf(in);
        }
    }

    /** Returns how many parts there are. */
    static int parts(ByteBuffer in) {
        int parts = count(in);
        for (int left = parts; left > 0; left--) {
            utf(in);
            utf(in);
            bytes(in, 2 * Integer.BYTES);
        }
        return parts;
    }

    /** Returns the second half of its token. */
    static long acquire(ByteBuffer in) {
        int unusedParts = parts(in);
        text(in);
        if (in.get() != 0) {
            long unusedSession = token(in);
        }
        if (in.get() != 0) {
            utf(in);
            utf(in);
            utf(in);
        }
        terms(in);
        long tokenLow = token(in);
        bytes(in, Long.BYTES);
        return tokenLow;
    }
}
