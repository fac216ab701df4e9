package io.holdfast.server.log;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Holds as {@link TableWriter} writes them, made of the commands that granted them: both are the fields of an acquire. In pages,
 * because there may be gigabytes of it. Not thread-safe.
 */
final class GrantedHolds {
    private static final int PAGE_BYTES = 1 << 16;

    private final List<InputStream> pages = new ArrayList<>();
    private final ByteArrayOutputStream page = new ByteArrayOutputStream(PAGE_BYTES);
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

    GrantedHolds() {
        page.write(TableWriter.FORMAT);
    }

    /** Adds what a command granted from {@code start} on, in the order of the fencing tokens. */
    void add(byte[] command, int start, long fencingToken) {
        page.write(TableWriter.HOLD);
        page.write(command, start, command.length - start);
        page.writeBytes(number.putLong(0, fencingToken).array());
        if (page.size() >= PAGE_BYTES) {
            turnPage();
        }
    }

    /** What {@link RawHolds} reads, once. */
    InputStream open() {
        page.write(TableWriter.END);
        turnPage();
        return new SequenceInputStream(Collections.enumeration(pages));
    }

    private void turnPage() {
        pages.add(new ByteArrayInputStream(page.toByteArray()));
        page.reset();
    }
}
