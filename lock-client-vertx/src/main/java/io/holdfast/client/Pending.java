package io.holdfast.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/** Counts what has begun and not ended. To be used on the client's context only. */
final class Pending {
    private int count;
    private @Nullable Promise<Void> none;

    void begin() {
        count++;
    }

    void end() {
        count--;
        if (count == 0 && none != null) {
            Promise<Void> waiting = none;
            none = null;
            waiting.complete();
        }
    }

    /** Succeeds when all has ended. */
    Future<Void> whenNone() {
        if (count == 0) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = none == null ? Promise.promise() : none;
        none = promise;
        return promise.future();
    }
}
