package io.holdfast.server.log.ratis;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Packs what is appended while entries are on their way to the disk into the next entry, and knows what is durable. An
 * entry is made at the end of an event-loop turn, so that everything one turn brings goes into one.
 *
 * <p>One of several nodes may have lost the lead without knowing it. There nothing is durable at once: whoever only looked
 * waits for an entry, or for a look at the lead, that was sent off after that. Confined to the event loop.
 */
final class Batcher {
    static final int MAX_COMMANDS = 512;
    static final int MAX_BYTES = 65_536;
    /** The next one is on its way to the disk while the answers to the last one are sent. */
    private static final int IN_FLIGHT_ALONE = 2;
    /** An entry costs several nodes far more than what is in it: few large ones get more done. */
    private static final int IN_FLIGHT_TOGETHER = 1;
    /** Beyond this, new work is refused. */
    private static final int FULL_BYTES = 16 << 20;
    /** Stands in the queue for somebody who has changed nothing. */
    private static final byte[] LOOK = {};

    private final Executor loop;
    private final boolean confirmsLooks;
    private final int maxInFlight;
    private final BiConsumer<@Nullable ByteBuffer, Consumer<Boolean>> writer;
    private final Deque<byte[]> queued = new ArrayDeque<>();
    private final Deque<InFlight> inFlight = new ArrayDeque<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long queuedBytes;
    private long appended;
    private long durable;
    private boolean flushPlanned;
    private boolean failed;

    private static final class InFlight {
        private final long lastCommand;
        private boolean written;

        private InFlight(long lastCommand) {
            this.lastCommand = lastCommand;
        }
    }

    private record Waiting(long command, Runnable action, Runnable lost) {}

    /**
     * Creates a batcher with nothing in it.
     *
     * @param confirmsLooks whether there are nodes that may have taken the lead
     * @param writer writes an entry and says on the event loop whether it is durable now; with null, whether this node led
     *     when it was called
     */
    Batcher(Executor loop, boolean confirmsLooks, BiConsumer<@Nullable ByteBuffer, Consumer<Boolean>> writer) {
        this.loop = loop;
        this.confirmsLooks = confirmsLooks;
        this.maxInFlight = confirmsLooks ? IN_FLIGHT_TOGETHER : IN_FLIGHT_ALONE;
        this.writer = writer;
    }

    void append(byte[] command) {
        if (failed) {
            return;
        }
        appended++;
        queued.add(command);
        queuedBytes += command.length;
        if (!flushPlanned) {
            flushPlanned = true;
            loop.execute(this::flush);
        }
    }

    boolean isDurable() {
        return !confirmsLooks && durable == appended && !failed;
    }

    void whenDurable(Runnable action, Runnable lost) {
        if (failed) {
            lost.run();
        } else if (isDurable()) {
            action.run();
        } else {
            if (confirmsLooks && queued.isEmpty()) {
                append(LOOK);
            }
            waiting.add(new Waiting(appended, action, lost));
        }
    }

    boolean isFull() {
        return failed || queuedBytes > FULL_BYTES;
    }

    /** From now on nothing is durable any more, and whoever waits is told so. */
    void fail() {
        failed = true;
        queued.clear();
        queuedBytes = 0;
        while (!waiting.isEmpty()) {
            waiting.removeFirst().lost.run();
        }
    }

    private void flush() {
        flushPlanned = false;
        while (!failed && !queued.isEmpty() && inFlight.size() < maxInFlight) {
            List<byte[]> commands = take();
            InFlight entry = new InFlight(appended - queued.size());
            inFlight.add(entry);
            writer.accept(commands.isEmpty() ? null : Entry.of(commands), written -> done(entry, written));
        }
    }

    private List<byte[]> take() {
        List<byte[]> commands = new ArrayList<>();
        int bytes = 0;
        while (!queued.isEmpty() && commands.size() < MAX_COMMANDS && bytes < MAX_BYTES) {
            byte[] command = queued.remove();
            if (command != LOOK) {
                commands.add(command);
                bytes += command.length;
            }
        }
        queuedBytes -= bytes;
        return commands;
    }

    private void done(InFlight entry, boolean written) {
        if (!written || failed) {
            fail();
            return;
        }
        entry.written = true;
        while (!inFlight.isEmpty() && inFlight.getFirst().written) {
            durable = inFlight.removeFirst().lastCommand;
        }
        flush();
        while (!waiting.isEmpty() && waiting.getFirst().command <= durable) {
            waiting.removeFirst().action.run();
        }
    }
}
