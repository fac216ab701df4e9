package io.holdfast.client;

import io.holdfast.client.core.Agenda;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * One request under way. It is answered within its time-out; an answer that comes later still is heard for a while, if
 * somebody wants it. To be used on the client's context only.
 *
 * @param <T> what the transport answers with
 */
final class Exchange<T> {
    private final Ticker ticker;
    private final long lateMillis;
    private final Consumer<AsyncResult<T>> late;
    private final Watch watch;
    private final Promise<T> promise = Promise.promise();
    private Agenda.Entry guard;
    private boolean over;

    /** Is told how far a request has come. */
    interface Watch {
        /** It was answered or timed out; whoever sent it knows already. */
        void answered();

        /** Nothing of it is waited for any more. */
        void over();
    }

    /**
     * Starts the clock.
     *
     * @param lateMillis for how long after its time-out an answer is still heard; 0 for not at all
     * @param late is given such an answer
     */
    Exchange(Ticker ticker, long timeoutMillis, long lateMillis, Consumer<AsyncResult<T>> late, Watch watch) {
        this.ticker = ticker;
        this.lateMillis = lateMillis;
        this.late = late;
        this.watch = watch;
        this.guard = ticker.after(timeoutMillis, () -> timedOut(timeoutMillis));
    }

    Future<T> answer() {
        return promise.future();
    }

    /** Whether the request still waits for its answer in time. */
    boolean isOpen() {
        return !promise.future().isComplete();
    }

    /** Shortens the time-out. */
    void hurry(long timeoutMillis) {
        if (isOpen() && guard.dueMillis() > ticker.nowMillis() + timeoutMillis) {
            ticker.cancel(guard);
            guard = ticker.after(timeoutMillis, () -> timedOut(timeoutMillis));
        }
    }

    /** Nothing this request might still bring matters any more. */
    void forget() {
        if (isOpen()) {
            fail("given up");
        }
        finish();
    }

    void arrived(AsyncResult<T> done) {
        if (over) {
            return;
        }
        ticker.cancel(guard);
        if (!isOpen()) {
            late.accept(done);
        } else if (done.succeeded()) {
            promise.complete(done.result());
            watch.answered();
        } else {
            promise.fail(done.cause());
            watch.answered();
        }
        finish();
    }

    private void timedOut(long timeoutMillis) {
        guard = ticker.after(lateMillis, this::finish);
        fail("no answer within " + timeoutMillis + " ms");
    }

    private void fail(String why) {
        promise.fail(new IOException(why));
        watch.answered();
    }

    private void finish() {
        if (!over) {
            over = true;
            ticker.cancel(guard);
            watch.over();
        }
    }
}
