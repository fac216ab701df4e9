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

    static void token(ByteBuffer in) {
        bytes(in, 2 * Long.BYTES);
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

    static void acquire(ByteBuffer in) {
        int unused = parts(in);
        text(in);
        if (in.get() != 0) {
            token(in);
        }
        if (in.get() != 0) {
            utf(in);
            utf(in);
            utf(in);
        }
        terms(in);
        token(in);
        bytes(in, Long.BYTES);
    }
}
