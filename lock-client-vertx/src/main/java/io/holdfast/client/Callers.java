package io.holdfast.client;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletableFuture;
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
     * Lives on the context this is called on, if that is an event loop's; else on one of its own. A worker's would stand
     * still, heartbeats and all, whenever the worker is busy.
     */
    static Callers on(Vertx vertx) {
        Context current = Vertx.currentContext();
        if (current == null || current.isEventLoopContext()) {
            return new Callers(vertx.getOrCreateContext());
        }
        // On a thread that is not Vert.x's, a context is an event loop's.
        CompletableFuture<Context> own = new CompletableFuture<>();
        Thread stranger = new Thread(() -> own.complete(vertx.getOrCreateContext()), "holdfast-context");
        stranger.setDaemon(true);
        stranger.start();
        return new Callers(own.join());
    }

    Context owner() {
        return owner;
    }

    /** The context a call comes from, or the owning one for other threads. */
    Context caller() {
        Context current = Vertx.currentContext();
        return current != null ? current : owner;
    }

    /**
     * Runs an action on the owning context; its result arrives on the caller's, or for other threads on the owner's.
     * Always in a turn of its own: what the caller's callbacks do, or throw, must not reach into the client's state.
     */
    <T> Future<T> call(Supplier<Future<T>> action) {
        Context caller = caller();
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

    /** Hands what somebody else's code has thrown to the owning context, as an uncaught exception. Throws nothing. */
    void report(Throwable thrown) {
        try {
            owner.runOnContext(v -> Callers.<RuntimeException>raise(thrown));
        } catch (RejectedExecutionException e) {
            // Vert.x was closed, and with it whoever would have heard of it.
        }
    }

    @SuppressWarnings("unchecked") // T is a RuntimeException to the compiler only
    private static <T extends Throwable> void raise(Throwable thrown) throws T {
        throw (T) thrown;
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
