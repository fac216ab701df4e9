package io.holdfast.server.log;

import java.util.concurrent.Executor;

final class MemoryLogTest extends CommandLogContract {
    @Override
    CommandLog open(Executor eventLoop) {
        return new MemoryLog();
    }

    @Override
    void close() {
        // It has nothing to close.
    }
}
