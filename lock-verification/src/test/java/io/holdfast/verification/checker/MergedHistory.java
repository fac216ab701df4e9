package io.holdfast.verification.checker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Several files, each written by one process in the order of its times, as one history in the order of all times. Equal
 * times come in the order of the files. Holds one event per file. Belongs to one thread.
 */
public final class MergedHistory implements AutoCloseable {
    private final List<HistoryReader> readers = new ArrayList<>();
    private final PriorityQueue<Head> heads = new PriorityQueue<>(
            Comparator.<Head>comparingLong(head -> head.event.atMicros()).thenComparingInt(head -> head.index));

    /** The next event of a file. */
    private static final class Head {
        final HistoryReader reader;
        final int index;
        HistoryEvent event;

        Head(HistoryReader reader, int index, HistoryEvent event) {
            this.reader = reader;
            this.index = index;
            this.event = event;
        }
    }

    /** Takes over the readers and closes them. */
    public MergedHistory(List<HistoryReader> readers) {
        this.readers.addAll(readers);
        for (int index = 0; index < readers.size(); index++) {
            HistoryEvent first = readers.get(index).next();
            if (first != null) {
                heads.add(new Head(readers.get(index), index, first));
            }
        }
    }

    /** Opens files. Throws {@link IOException} if one cannot be opened; then none stays open. */
    public static MergedHistory of(List<Path> files) throws IOException {
        List<HistoryReader> readers = new ArrayList<>();
        try {
            for (Path file : files) {
                InputStream in = Files.newInputStream(file);
                readers.add(new HistoryReader(in, file.getFileName().toString(), readers.size()));
            }
            return new MergedHistory(readers);
        } catch (IOException | RuntimeException e) {
            for (HistoryReader reader : readers) {
                reader.close();
            }
            throw e;
        }
    }

    public @Nullable HistoryEvent next() {
        Head head = heads.poll();
        if (head == null) {
            return null;
        }
        HistoryEvent event = head.event;
        HistoryEvent following = head.reader.next();
        if (following != null) {
            head.event = following;
            heads.add(head);
        }
        return event;
    }

    /** The files whose last line was cut off; complete once {@link #next()} gave null. */
    public List<String> torn() {
        return readers.stream()
                .filter(HistoryReader::isTorn)
                .map(HistoryReader::name)
                .toList();
    }

    @Override
    public void close() throws IOException {
        for (HistoryReader reader : readers) {
            reader.close();
        }
    }
}
