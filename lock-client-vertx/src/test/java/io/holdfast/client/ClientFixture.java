package io.holdfast.client;

import io.holdfast.protocol.LockAnswer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A client in virtual time with a scripted server. The client's own timer never fires here: {@link #advance} moves its
 * clock, does what is due and waits for the answers.
 */
final class ClientFixture implements AutoCloseable {
    static final long FENCE = 7;
    static final LockAnswer GRANT = LockAnswer.acquired("secret-token", FENCE, 45_000, 45_000);
    private static final long NEVER_MILLIS = 86_400_000;

    final Vertx vertx = Vertx.vertx();
    final StubLockServer server;
    final LockClient client;
    private final AtomicLong nanos = new AtomicLong();
    /** What the wall clock is ahead of the other one. */
    private final AtomicLong aheadMillis = new AtomicLong();

    ClientFixture() throws Exception {
        this.server = StubLockServer.start(vertx);
        this.client = client(List.of(server.endpoint()));
    }

    LockClient client(List<URI> endpoints) {
        return client(endpoints, NEVER_MILLIS);
    }

    LockClient client(List<URI> endpoints, long tickMillis) {
        return client(options().withEndpoints(endpoints), tickMillis);
    }

    LockClient client(LockClientOptions options, long tickMillis) {
        TimeSource time = new TimeSource(nanos::get, () -> nanos.get() / 1_000_000 + aheadMillis.get());
        return LockClient.create(vertx, options, time, tickMillis, new SplittableRandom(42));
    }

    LockClientOptions options() {
        return LockClientOptions.defaults().withEndpoint(server.endpoint()).withClientId("tester");
    }

    /** How far the clock was moved. */
    Duration elapsed() {
        return Duration.ofNanos(nanos.get());
    }

    /** Lets the machine sleep: only the wall clock goes on. */
    void sleep(Duration time) {
        aheadMillis.addAndGet(time.toMillis());
    }

    /** Moves the clock without anybody noticing, as when the event loop is stuck. */
    void skip(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    /** Moves the clock, does what is due, and leaves the answers to come when they come. */
    void advanceWithoutAnswers(Duration by) throws Exception {
        skip(by);
        await(client.tick());
    }

    /** Moves the clock, does what is due, and waits until every request was answered. */
    void advance(Duration by) throws Exception {
        advanceWithoutAnswers(by);
        settle();
    }

    /** Waits until every request was answered. */
    void settle() throws Exception {
        await(client.whenIdle());
    }

    /** Lets the client see that the server knows only the base. */
    void knowBase() throws Exception {
        server.then(StubLockServer.answer(LockAnswer.busy("r")));
        await(client.tryAcquire("r"));
    }

    /** A lock that was granted for 45 seconds. */
    LockHandle held() throws Exception {
        server.then(StubLockServer.answer(GRANT));
        return await(client.tryAcquire("r")).orElseThrow();
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.await(5, TimeUnit.SECONDS);
    }

    /** The failure of a future that has to fail. */
    static Throwable failure(Future<?> future) throws Exception {
        return await(future.transform(done -> Future.succeededFuture(done.cause())));
    }

    @Override
    public void close() throws Exception {
        vertx.close().await(5, TimeUnit.SECONDS);
    }
}
