package io.holdfast.verification.checker;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one file of a history as it streams. A last line without its end was cut off when its writer was killed; it is
 * left out and {@link #isTorn()} says so. Anything else that cannot be read is a {@link MalformedHistoryException} that
 * names the line. Belongs to one thread.
 */
public final class HistoryReader implements AutoCloseable {
    private static final int NUMBERS_PER_FILE_BITS = 44;

    private final InputStream in;
    private final String name;
    private final Line line = new Line();
    private final LineParser parser;
    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private long lineNumber;
    private long lastMicros;
    private boolean headerRead;
    private boolean torn;

    /**
     * @param name for messages
     * @param index of this file among those that are read together
     */
    public HistoryReader(InputStream in, String name, int index) {
        this.in = in;
        this.name = name;
        this.parser = new LineParser(line, (long) index << NUMBERS_PER_FILE_BITS);
    }

    /** The next event; null at the end. Throws {@link UncheckedIOException} when the file cannot be read. */
    public @Nullable HistoryEvent next() {
        while (true) {
            int lineEnd = findLineEnd();
            if (lineEnd < 0) {
                return null;
            }
            lineNumber++;
            HistoryEvent event = parsed(start, lineEnd);
            start = lineEnd + 1;
            if (event != null) {
                return event;
            }
        }
    }

    private @Nullable HistoryEvent parsed(int from, int to) {
        try {
            if (!headerRead) {
                readHeader(from, to);
                return null;
            }
            line.cut(buffer, from, to);
            if (line.words() == 0) {
                return null;
            }
            HistoryEvent event = parser.parse();
            if (event.atMicros() < lastMicros) {
                throw new MalformedHistoryException("time runs backwards");
            }
            lastMicros = event.atMicros();
            return event;
        } catch (MalformedHistoryException e) {
            throw new MalformedHistoryException(name + ", line " + lineNumber + ": " + e.getMessage());
        }
    }

    private void readHeader(int from, int to) {
        String header = new String(buffer, from, to - from, StandardCharsets.UTF_8);
        if (!header.equals(HistoryWriter.HEADER) && !header.startsWith(HistoryWriter.HEADER + " ")) {
            throw new MalformedHistoryException("does not begin with '" + HistoryWriter.HEADER + "'");
        }
        headerRead = true;
    }

    /** Where the line that begins at {@code start} ends; -1 if there is no whole line left. */
    private int findLineEnd() {
        int at = start;
        while (true) {
            for (; at < end; at++) {
                if (buffer[at] == '\n') {
                    return at;
                }
            }
            int kept = end - start;
            if (!fill()) {
                torn = kept > 0;
                return -1;
            }
            at = start + kept;
        }
    }

    private boolean fill() {
        try {
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
            }
            if (end == buffer.length) {
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
            }
            int read = in.read(buffer, end, buffer.length - end);
            if (read <= 0) {
                return false;
            }
            end += read;
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read", e);
        }
    }

    /** Whether the last line was cut off; known at the end. */
    public boolean isTorn() {
        return torn;
    }

    String name() {
        return name;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
