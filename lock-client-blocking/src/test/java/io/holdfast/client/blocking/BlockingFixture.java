package io.holdfast.client.blocking;

import static io.holdfast.client.StubLockServer.answer;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.client.LockClientOptions;
import io.holdfast.client.StubLockServer;
import io.holdfast.protocol.LockAnswer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A client with a Vert.x of its own and a scripted server that runs on another one. */
final class BlockingFixture implements AutoCloseable {
    static final long FENCE = 7;
    static final LockAnswer GRANT = LockAnswer.acquired("secret-token", FENCE, 45_000, 45_000);
    /** With so little left of it that the first heartbeat comes after half a second. */
    static final LockAnswer SHORT_GRANT = LockAnswer.acquired("secret-token", FENCE, 45_000, 1_500);

    static final StubLockServer.Reaction GRANTED = answer(GRANT);
    static final StubLockServer.Reaction BUSY = answer(LockAnswer.busy("r"));
    static final StubLockServer.Reaction CANCELLED = answer(LockAnswer.cancelled());
    static final StubLockServer.Reaction RELEASED = answer(LockAnswer.released());

    final Vertx vertx = Vertx.vertx();
    final StubLockServer server;
    final BlockingLockClient locks;

    BlockingFixture() throws Exception {
        this.server = StubLockServer.start(vertx);
        this.locks = BlockingLockClient.create(options());
    }

    LockClientOptions options() {
        return LockClientOptions.defaults().withEndpoint(server.endpoint()).withClientId("tester");
    }

    /** Lets the client see that the server knows only the base. */
    void knowBase() throws InterruptedException {
        server.then(BUSY);
        locks.tryAcquire("r");
    }

    /** A lock that was granted for 45 seconds. */
    LockHandle held() throws InterruptedException {
        server.then(GRANTED);
        return locks.tryAcquire("r");
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.await(5, TimeUnit.SECONDS);
    }

    /** A call made on a thread of its own. */
    static final class Caller<T> {
        private final FutureTask<T> task;
        private final Thread thread;

        Caller(Callable<T> call) {
            task = new FutureTask<>(call);
            thread = new Thread(task, "caller");
            thread.start();
        }

        void interrupt() {
            thread.interrupt();
        }

        boolean isDone() {
            return task.isDone();
        }

        T result() throws Exception {
            return task.get(5, TimeUnit.SECONDS);
        }

        Throwable failure() {
            return assertThrows(ExecutionException.class, this::result).getCause();
        }
    }

    @Override
    public void close() throws Exception {
        // The server first: the client need not wait then until answers that are not in the script fail to come.
        await(vertx.close());
        locks.close();
    }
}
