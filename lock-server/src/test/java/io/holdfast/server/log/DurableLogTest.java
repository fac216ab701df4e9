package io.holdfast.server.log;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.ratis.LogSetup;
import io.holdfast.server.log.ratis.RatisLog;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.io.TempDir;

/** The log of a node that is alone. What it does when something goes wrong is in the tests of its package. */
final class DurableLogTest extends CommandLogContract {
    @TempDir
    private Path folder;

    private final CompletableFuture<String> failure = new CompletableFuture<>();
    private RatisLog opened;

    @Override
    CommandLog open(Executor eventLoop) throws Exception {
        opened =
                RatisLog.open(new LogSetup(folder, () -> new LockTable(0, 100), 500_000), eventLoop, failure::complete);
        return opened;
    }

    @Override
    void close() throws Exception {
        opened.close();
        assertFalse(failure.isDone(), failure.toString());
    }
}
