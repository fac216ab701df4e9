package io.holdfast.server.log.ratis;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.CommandLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The log as the leader of one term appends to it, with the table it serves. When the term is over, nothing is durable any
 * more: whoever waits is told so, and this log and its table are of no use. A node that is alone leads until it stops.
 * Confined to the event loop.
 */
public final class RatisLog implements CommandLog {
    private final RatisNode node;
    private final long term;
    private final LockTable table;
    private final Executor loop;
    private final Batcher batcher;

    RatisLog(RatisNode node, long term, LockTable table, Executor loop) {
        this.node = node;
        this.term = term;
        this.table = table;
        this.loop = loop;
        this.batcher = new Batcher(loop, !node.isAlone(), this::write);
    }

    /**
     * Opens the log of a node that is alone, and makes the table as the log says. Blocks until that is done.
     *
     * @param loop the event loop
     * @param onFailed told once, on the event loop, when a write has failed: then stop
     * @throws IOException if the log cannot be opened or is damaged; the message is fit to be shown
     */
    public static RatisLog open(LogSetup setup, Executor loop, Consumer<String> onFailed) throws IOException {
        CompletableFuture<RatisLog> led = new CompletableFuture<>();
        RatisNode node = RatisNode.open(setup, Group.ALONE, loop, new RatisNode.Watcher() {
            @Override
            public void leads(RatisLog log) {
                led.complete(log);
            }

            @Override
            public void follows() {
                // It is being closed.
            }

            @Override
            public void failed(String why) {
                if (!led.completeExceptionally(new IOException(why))) {
                    onFailed.accept(why);
                }
            }
        });
        return node.await(led);
    }

    /** The table as the log says. Whoever changes it appends the change. */
    public LockTable table() {
        return table;
    }

    /** The term in which this node leads. */
    public long term() {
        return term;
    }

    @Override
    public void append(byte[] command) {
        batcher.append(command);
    }

    @Override
    public boolean isDurable() {
        return batcher.isDurable();
    }

    @Override
    public void whenDurable(Runnable action, Runnable lost) {
        batcher.whenDurable(action, lost);
    }

    @Override
    public boolean isFull() {
        return batcher.isFull();
    }

    /** Begins to make a snapshot, so that the log up to here can be forgotten. */
    CompletableFuture<Void> makeSnapshot() {
        return node.makeSnapshot();
    }

    /** See {@link RatisNode#backUp}. */
    public CompletableFuture<Integer> backUp(Path file, long takenAtMillis, long maxTtlMillis) {
        return node.backUp(file, takenAtMillis, maxTtlMillis);
    }

    long commandsSinceSnapshot() {
        return node.commandsSinceSnapshot();
    }

    /** The term is over. */
    void end() {
        batcher.fail();
    }

    private void write(@Nullable ByteBuffer entry, Consumer<Boolean> done) {
        node.submit(term, entry, thrown -> loop.execute(() -> settle(thrown, done)));
    }

    private void settle(@Nullable Throwable thrown, Consumer<Boolean> done) {
        boolean written = thrown == null;
        done.accept(written);
        if (!written) {
            node.refused(term, thrown);
        }
    }

    /** Closes the log; what was not durable may be or not. Blocks. */
    public void close() throws IOException {
        node.close();
    }
}
