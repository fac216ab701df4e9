package io.holdfast.client.blocking;

import static io.holdfast.client.StubLockServer.delayed;
import static io.holdfast.client.blocking.BlockingFixture.BUSY;
import static io.holdfast.client.blocking.BlockingFixture.GRANTED;
import static io.holdfast.client.blocking.BlockingFixture.RELEASED;
import static io.holdfast.client.blocking.BlockingFixture.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.HoldState;
import io.holdfast.client.ReleaseResult;
import io.holdfast.client.blocking.BlockingFixture.Caller;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class LifeCycleTest {
    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    private BlockingFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new BlockingFixture();
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void closingReleasesWhatIsHeldAndGivesUpWhatIsNot() throws Exception {
        LockHandle lock = fixture.held();
        fixture.server.then(BUSY, RELEASED);
        Caller<LockHandle> waiting = new Caller<>(() -> fixture.locks.acquire("other", A_MINUTE));
        fixture.server.awaitRequest(2);
        fixture.locks.close();
        assertInstanceOf(IllegalStateException.class, waiting.failure());
        assertEquals(HoldState.RELEASED, lock.state());
        assertEquals("/api/lock/release", fixture.server.awaitRequest(3).path());
    }

    @Test
    void afterClosingCallsFailAndClosingAgainIsHarmless() throws Exception {
        LockHandle lock = fixture.held();
        fixture.server.then(RELEASED);
        fixture.locks.close();
        fixture.locks.close();
        for (int i = 0; i < 2; i++) {
            assertThrows(IllegalStateException.class, () -> fixture.locks.tryAcquire("r"));
            assertThrows(IllegalStateException.class, () -> fixture.locks.acquire("r", A_MINUTE));
            assertThrows(IllegalStateException.class, () -> fixture.locks.isLocked("r"));
        }
        lock.close();
        assertEquals(ReleaseResult.UNKNOWN, lock.release());
        assertFalse(lock.isHeld());
        assertInstanceOf(
                IllegalStateException.class,
                assertThrows(
                                CompletionException.class,
                                () -> lock.lost().toCompletableFuture().join())
                        .getCause());
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
    }

    @Test
    void anOwnedVertxIsClosedWithTheClient() throws Exception {
        Vertx vertx = Vertx.vertx();
        Stopped verticle = new Stopped();
        await(vertx.deployVerticle(verticle));
        BlockingLockClient.create(vertx, vertx, fixture.options()).close();
        assertTrue(verticle.stopped.future().succeeded());
    }

    @Test
    void aBorrowedVertxIsNot() throws Exception {
        Stopped verticle = new Stopped();
        await(fixture.vertx.deployVerticle(verticle));
        BlockingLockClient locks = BlockingLockClient.using(fixture.vertx, fixture.options());
        fixture.server.then(GRANTED, RELEASED);
        LockHandle lock = locks.tryAcquire("r");
        locks.close();
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
        assertEquals(ReleaseResult.RELEASED, lock.release());
        assertThrows(IllegalStateException.class, () -> locks.tryAcquire("r"));
        assertFalse(verticle.stopped.future().isComplete());
    }

    @Test
    void aBorrowedVertxThatWasClosedFirstIsSurvived() throws Exception {
        Vertx vertx = Vertx.vertx();
        BlockingLockClient locks = BlockingLockClient.using(vertx, fixture.options());
        fixture.server.then(GRANTED);
        LockHandle lock = locks.tryAcquire("r");
        await(vertx.close());
        assertEquals(ReleaseResult.UNKNOWN, lock.release());
        assertFalse(lock.isHeld());
        assertThrows(IllegalStateException.class, () -> locks.tryAcquire("r"));
        locks.close();
    }

    @Test
    void anInterruptDuringCloseLosesNeitherTheReleaseNorTheRest() throws Exception {
        Vertx vertx = Vertx.vertx();
        Stopped verticle = new Stopped();
        await(vertx.deployVerticle(verticle));
        BlockingLockClient locks = BlockingLockClient.create(vertx, vertx, fixture.options());
        Promise<Void> later = Promise.promise();
        fixture.server.then(GRANTED, delayed(later.future(), RELEASED));
        LockHandle lock = locks.tryAcquire("r");
        Caller<Boolean> caller = new Caller<>(() -> {
            locks.close();
            return Thread.currentThread().isInterrupted();
        });
        fixture.server.awaitRequest(2);
        caller.interrupt();
        assertTrue(caller.result());
        assertEquals(HoldState.RELEASED, lock.state());
        assertFalse(verticle.stopped.future().isComplete());
        later.complete();
        await(verticle.stopped.future());
    }

    @Test
    void aWorkerMayMakeAClientAndWait() throws Exception {
        fixture.server.then(GRANTED, RELEASED);
        Promise<ReleaseResult> result = Promise.promise();
        VerticleBase worker = new VerticleBase() {
            @Override
            public Future<?> start() throws Exception {
                try (BlockingLockClient locks = BlockingLockClient.using(vertx, fixture.options());
                        LockHandle lock = locks.tryAcquire("r")) {
                    result.complete(lock.release());
                }
                return Future.succeededFuture();
            }
        };
        await(fixture.vertx.deployVerticle(worker, new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER)));
        assertEquals(ReleaseResult.RELEASED, await(result.future()));
    }

    @Test
    void executeBlockingMayWait() throws Exception {
        fixture.server.then(GRANTED);
        assertTrue(await(fixture.vertx.executeBlocking(
                () -> fixture.locks.acquire("r", A_MINUTE).isHeld())));
    }

    /** Tells when it was stopped. */
    private static final class Stopped extends VerticleBase {
        final Promise<Void> stopped = Promise.promise();

        @Override
        public Future<?> start() {
            return Future.succeededFuture();
        }

        @Override
        public Future<?> stop() {
            stopped.complete();
            return Future.succeededFuture();
        }
    }
}
