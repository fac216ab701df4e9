package io.holdfast.client;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * Takes calls from any thread onto the context that owns the client's state, and answers back onto the context each came
 * from, so that a verticle's callbacks run where all its code runs. Thread-safe.
 */
final class Callers {
    private final Context owner;

    Callers(Context owner) {
        this.owner = owner;
    }

    /**
     * Runs an action on the owning context; its result arrives on the caller's, or for other threads on the owner's.
     * Always in a turn of its own: what the caller's callbacks do, or throw, must not reach into the client's state.
     */
    <T> Future<T> call(Supplier<Future<T>> action) {
        Context current = Vertx.currentContext();
        Context caller = current != null ? current : owner;
        Promise<T> promise = Promise.promise();
        try {
            owner.runOnContext(
                    v -> supply(action).onComplete(done -> caller.runOnContext(w -> complete(promise, done))));
        } catch (RejectedExecutionException e) {
            // Vert.x was closed before the client: nothing can be done any more, and nobody's call should throw for it.
            return Future.failedFuture(new IllegalStateException("the client's Vert.x is closed", e));
        }
        return promise.future();
    }

    private static <T> Future<T> supply(Supplier<Future<T>> action) {
        try {
            return action.get();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private static <T> void complete(Promise<T> promise, AsyncResult<T> done) {
        if (done.succeeded()) {
            promise.complete(done.result());
        } else {
            promise.fail(done.cause());
        }
    }
}
