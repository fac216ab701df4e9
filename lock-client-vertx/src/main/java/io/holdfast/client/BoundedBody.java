package io.holdfast.client;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import io.vertx.ext.web.codec.spi.BodyStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Collects the body of an answer and fails once it grows past any answer of the protocol. */
final class BoundedBody implements BodyStream<Buffer> {
    /** A busy answer may name a hundred holders with a KiB of metadata each. */
    static final int MAX_BYTES = 2 * 1024 * 1024;

    private final Buffer collected = Buffer.buffer();
    private final Promise<Buffer> result = Promise.promise();

    @Override
    public Future<Buffer> result() {
        return result.future();
    }

    @Override
    public void handle(Throwable cause) {
        result.tryFail(cause);
    }

    @Override
    public Future<Void> write(Buffer data) {
        if (collected.length() + data.length() > MAX_BYTES) {
            IOException tooLong = new IOException("the answer is longer than " + MAX_BYTES + " bytes");
            result.tryFail(tooLong);
            return Future.failedFuture(tooLong);
        }
        collected.appendBuffer(data);
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
        result.tryComplete(collected);
        return Future.succeededFuture();
    }

    @Override
    public BoundedBody exceptionHandler(@Nullable Handler<Throwable> handler) {
        return this;
    }

    @Override
    public WriteStream<Buffer> setWriteQueueMaxSize(int maxSize) {
        return this;
    }

    @Override
    public boolean writeQueueFull() {
        return false;
    }

    @Override
    public WriteStream<Buffer> drainHandler(@Nullable Handler<Void> handler) {
        return this;
    }
}
