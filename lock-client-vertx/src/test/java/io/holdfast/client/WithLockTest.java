package io.holdfast.client;

import static io.holdfast.client.ClientFixture.GRANT;
import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.ClientFixture.failure;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.garbage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class WithLockTest {
    private static final StubLockServer.Reaction RELEASED = answer(LockAnswer.released());
    private static final List<String> ACQUIRED_AND_RELEASED = List.of("acquire", "release");

    private ClientFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new ClientFixture();
        fixture.server.then(answer(GRANT));
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void theResultIsTheWorksResult() throws Exception {
        fixture.server.then(RELEASED);
        Future<Long> result = fixture.client.withLock("r", handle -> Future.succeededFuture(handle.fencingToken()));
        assertEquals((Long) ClientFixture.FENCE, await(result));
        assertEquals(ACQUIRED_AND_RELEASED, fixture.server.calls());
    }

    @Test
    void aFailedFutureInTheMiddleStillReleases() throws Exception {
        fixture.server.then(RELEASED);
        IllegalStateException broken = new IllegalStateException("the work failed");
        Future<Object> result = fixture.client.withLock(
                "r", handle -> Future.succeededFuture("first step").compose(first -> Future.failedFuture(broken)));
        assertSame(broken, failure(result));
        assertEquals(ACQUIRED_AND_RELEASED, fixture.server.calls());
    }

    @Test
    void workThatThrowsStillReleases() throws Exception {
        fixture.server.then(RELEASED);
        IllegalStateException broken = new IllegalStateException("the work threw");
        Future<Object> result = fixture.client.withLock("r", handle -> {
            throw broken;
        });
        assertSame(broken, failure(result));
        assertEquals(ACQUIRED_AND_RELEASED, fixture.server.calls());
    }

    @Test
    void theLockIsHeldUntilTheWorksFutureIsComplete() throws Exception {
        fixture.server.then(answer(LockAnswer.heartbeatReceived("secret-token")), RELEASED);
        Promise<String> work = Promise.promise();
        Promise<Void> begun = Promise.promise();
        Future<String> result = fixture.client.withLock("r", handle -> {
            begun.complete();
            return work.future();
        });
        await(begun.future());
        fixture.advance(Duration.ofSeconds(15));
        assertEquals(List.of("acquire", "heartbeat"), fixture.server.calls());
        work.complete("done");
        assertEquals("done", await(result));
        assertEquals(List.of("acquire", "heartbeat", "release"), fixture.server.calls());
    }

    @Test
    void c4_itFailsWhenTheLockWasLostDuringTheWork() throws Exception {
        fixture.server.then(answer(LockAnswer.notFound()));
        Promise<String> work = Promise.promise();
        Promise<Void> begun = Promise.promise();
        Future<String> result = fixture.client.withLock("r", handle -> {
            begun.complete();
            return work.future();
        });
        await(begun.future());
        fixture.advance(Duration.ofSeconds(15));
        work.complete("done");
        LockLostException lost = assertInstanceOf(LockLostException.class, failure(result));
        assertEquals(LossReason.EXPIRED, lost.reason());
        assertEquals("r", lost.name());
    }

    @Test
    void c4_itFailsWhenOnlyTheReleaseFindsTheLockLost() throws Exception {
        fixture.server.then(answer(LockAnswer.invalidToken()));
        Future<String> result = fixture.client.withLock("r", handle -> Future.succeededFuture("done"));
        assertEquals(
                LossReason.NOT_HELD,
                assertInstanceOf(LockLostException.class, failure(result)).reason());
    }

    @Test
    void aLossDoesNotMaskTheWorksFailure() throws Exception {
        fixture.server.then(answer(LockAnswer.notFound()));
        IllegalStateException broken = new IllegalStateException("the work failed");
        Future<String> result = fixture.client.withLock("r", handle -> Future.failedFuture(broken));
        assertSame(broken, failure(result));
        assertInstanceOf(LockLostException.class, broken.getSuppressed()[0]);
    }

    @Test
    void aReleaseThatFailsDoesNotMaskTheResult() throws Exception {
        fixture.server.then(garbage(), garbage(), answer(LockAnswer.refused(Status.BAD_REQUEST, "what?")));
        Future<String> result = fixture.client.withLock("r", handle -> Future.succeededFuture("done"));
        fixture.server.awaitRequest(2);
        for (int i = 3; i <= 4; i++) {
            fixture.settle();
            fixture.advance(Duration.ofSeconds(1));
            fixture.server.awaitRequest(i);
        }
        assertEquals("done", await(result));
    }

    @Test
    void withoutTheLockTheWorkIsNotBegun() throws Exception {
        fixture.server.thenFirst(answer(LockAnswer.busy("r")));
        AcquireOptions once = AcquireOptions.defaults().withWaitLimit(Duration.ZERO);
        Future<String> result = fixture.client.withLock("r", once, handle -> {
            throw new AssertionError("must not be called");
        });
        assertInstanceOf(LockRefusedException.class, failure(result));
    }

    @Test
    void theWorkAndTheResultRunOnTheCallersContext() throws Exception {
        fixture.server.then(RELEASED);
        Promise<List<Context>> seen = Promise.promise();
        Promise<Context> own = Promise.promise();
        await(fixture.vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                own.complete(Vertx.currentContext());
                fixture.client
                        .withLock("r", handle -> Future.succeededFuture(Vertx.currentContext()))
                        .onSuccess(inWork -> seen.complete(List.of(inWork, Vertx.currentContext())));
                return Future.succeededFuture();
            }
        }));
        Context caller = await(own.future());
        assertEquals(List.of(caller, caller), await(seen.future()));
    }
}
