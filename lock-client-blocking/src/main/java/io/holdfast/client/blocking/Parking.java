package io.holdfast.client.blocking;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Parks the calling thread until an async call is done: the only place in the product that does. Thread-safe.
 *
 * <p>Every call is made on an event-loop context of this client's own. Made on the caller's, its result would be brought
 * back there, and a parked worker thread would wait for what only it could receive.
 */
final class Parking {
    private static final StackTraceElement BOUNDARY = new StackTraceElement("(made on the event loop)", "", null, -1);

    private final Context home;
    private final Duration patience;

    /**
     * Makes calls on {@code home}.
     *
     * @param patience longer than any call takes on an event loop that runs
     */
    Parking(Context home, Duration patience) {
        this.home = home;
        this.patience = patience;
    }

    /**
     * Makes a call and waits for its result. What the call fails with is thrown.
     *
     * @param longer by how much this call may exceed the usual patience
     * @param abandon is run where the call was, when the caller has stopped waiting for its result
     * @throws InterruptedException if interrupted before or while waiting; in the first case the call is not made
     * @throws IllegalStateException on an event loop, after close, or if the client's event loop does not answer
     */
    <T> T ask(Supplier<Future<T>> call, Duration longer, Runnable abandon) throws InterruptedException {
        requireMayPark();
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before the lock service was asked");
        }
        Future<T> answer = begin(call);
        try {
            return await(answer, patience.plus(longer));
        } catch (InterruptedException | UnansweredException e) {
            abandon(abandon);
            throw e;
        }
    }

    /**
     * As {@link #ask}, but an interrupt, also one that came before, does not end the wait; it is left set. The patience
     * begins anew with each interrupt.
     */
    <T> T askUninterruptibly(Supplier<Future<T>> call, Duration longer, Runnable abandon) {
        requireMayPark();
        boolean interrupted = Thread.interrupted();
        Future<T> answer = begin(call);
        try {
            while (true) {
                try {
                    return await(answer, patience.plus(longer));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (UnansweredException e) {
            abandon(abandon);
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Makes a call that never fails, also if the thread was interrupted, and waits for its result. Empty if there is
     * none to wait for: the client is closed, its event loop does not answer, or the thread is or gets interrupted, which
     * it then still is afterwards. The call goes on then.
     *
     * @throws IllegalStateException on an event loop
     */
    <T> Optional<T> settle(Supplier<Future<T>> call) {
        requireMayPark();
        try {
            return Optional.ofNullable(await(begin(call), patience));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (IllegalStateException e) {
            return Optional.empty();
        }
    }

    /** Makes a call without waiting. */
    <T> Future<T> begin(Supplier<Future<T>> call) {
        Promise<T> answer = Promise.promise();
        try {
            home.runOnContext(v -> start(call, answer));
        } catch (RejectedExecutionException e) {
            answer.fail(new IllegalStateException("the lock client or its Vert.x is closed", e));
        }
        return answer.future();
    }

    private void abandon(Runnable abandon) {
        try {
            home.runOnContext(v -> abandon.run());
        } catch (RejectedExecutionException e) {
            // Vert.x is closed, so nothing can be sent: what is held ends by itself.
        }
    }

    private static <T> void start(Supplier<Future<T>> call, Promise<T> answer) {
        try {
            call.get().onComplete(answer);
        } catch (RuntimeException e) {
            answer.fail(e);
        }
    }

    /** Throws if this thread must not wait. */
    static void requireMayPark() {
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException(
                    "the blocking lock client must not be called on an event loop, which it would"
                            + " stop: use io.holdfast.client.LockClient there, or call from executeBlocking or a worker");
        }
    }

    private static <T> T await(Future<T> answer, Duration limit) throws InterruptedException {
        try {
            return answer.toCompletionStage().toCompletableFuture().get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw unchecked(withCallersFrames(e.getCause() == null ? e : e.getCause()));
        } catch (TimeoutException e) {
            throw new UnansweredException(
                    "no answer from the lock client's event loop for " + limit
                            + ": it is blocked, or its Vert.x was closed before the client",
                    e);
        }
    }

    /** The failure was made on the event loop; its trace is to tell first who asked. */
    private static Throwable withCallersFrames(Throwable failure) {
        Stream<StackTraceElement> there = Stream.concat(Stream.of(BOUNDARY), Stream.of(failure.getStackTrace()));
        failure.fillInStackTrace();
        failure.setStackTrace(
                Stream.concat(Stream.of(failure.getStackTrace()), there).toArray(StackTraceElement[]::new));
        return failure;
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException runtime ? runtime : new CompletionException(failure);
    }

    /** The call is still under way, and nobody waits for it any more. */
    private static final class UnansweredException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        UnansweredException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
