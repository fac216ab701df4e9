package io.holdfast.server.log;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The holds of a table that {@link TableWriter} wrote, one after the other, as the bytes they are written in: only their
 * lengths are read, and no objects made of them. Blocking; not thread-safe.
 */
final class RawHolds implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private int start;
    private long tokenLow;
    private long fencingToken;

    /** Reads from the beginning of what was written; closes it in the end. */
    RawHolds(InputStream in) throws IOException {
        this.in = in;
        while (buffer.remaining() == 0) {
            fill();
        }
        TableReader.requireFormat(buffer.get() & 0xFF);
    }

    /** Moves on to the next hold; false when there is none left. */
    boolean next() throws IOException {
        int kind;
        do {
            kind = skipPiece();
        } while (kind == TableWriter.COUNTERS || kind == TableWriter.SESSION);
        return kind == TableWriter.HOLD;
    }

    /** The second half of this hold's token. */
    long tokenLow() {
        return tokenLow;
    }

    long fencingToken() {
        return fencingToken;
    }

    /** Copies this hold, with the kind of piece it is. */
    void writeTo(OutputStream out) throws IOException {
        out.write(buffer.array(), start, buffer.position() - start);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Returns the kind; what comes after the holds is not skipped. */
    private int skipPiece() throws IOException {
        while (true) {
            start = buffer.position();
            try {
                int kind = buffer.get() & 0xFF;
                switch (kind) {
                    case TableWriter.COUNTERS -> SkippedFields.bytes(buffer, 3 * Long.BYTES);
                    case TableWriter.SESSION -> skipSession(buffer);
                    case TableWriter.HOLD -> {
                        tokenLow = SkippedFields.acquire(buffer);
                        fencingToken = buffer.getLong();
                    }
                    default -> buffer.position(start);
                }
                return kind;
            } catch (BufferUnderflowException e) {
                buffer.position(start);
                fill();
            }
        }
    }

    /** Reads more behind what is left. */
    private void fill() throws IOException {
        ByteBuffer larger = buffer.remaining() > buffer.capacity() / 2
                ? ByteBuffer.allocate(2 * buffer.capacity()).put(buffer)
                : buffer.compact();
        int count = in.read(larger.array(), larger.position(), larger.remaining());
        if (count < 0) {
            throw new EOFException();
        }
        buffer = larger.position(larger.position() + count).flip();
    }

    /** See {@link TableWriter#session}. */
    private static void skipSession(ByteBuffer in) {
        long unusedId = SkippedFields.token(in);
        SkippedFields.utf(in);
        SkippedFields.terms(in);
        SkippedFields.bytes(in, Long.BYTES);
        SkippedFields.text(in);
        SkippedFields.bytes(in, Long.BYTES);
        for (int left = in.getInt(); left > 0; left--) {
            SkippedFields.bytes(in, Long.BYTES);
            SkippedFields.utf(in);
            SkippedFields.bytes(in, Long.BYTES);
            SkippedFields.utf(in);
            SkippedFields.text(in);
        }
    }
}
