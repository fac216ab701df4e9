package io.holdfast.client.blocking;

import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.delayed;
import static io.holdfast.client.blocking.BlockingFixture.GRANTED;
import static io.holdfast.client.blocking.BlockingFixture.RELEASED;
import static io.holdfast.client.blocking.BlockingFixture.SHORT_GRANT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.HoldState;
import io.holdfast.client.LockLostException;
import io.holdfast.client.LossReason;
import io.holdfast.client.ReleaseResult;
import io.holdfast.client.blocking.BlockingFixture.Caller;
import io.holdfast.protocol.LockAnswer;
import io.vertx.core.Promise;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class LockHandleTest {
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
    void c5_closingTwiceIsOneReleaseAndItsResultCanStillBeAskedFor() throws Exception {
        LockHandle lock = fixture.held();
        fixture.server.then(RELEASED);
        lock.close();
        lock.close();
        assertEquals(ReleaseResult.RELEASED, lock.release());
        assertEquals(HoldState.RELEASED, lock.state());
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
    }

    @Test
    void closeReturnsWhenTheReleaseWasAnsweredAndNotBefore() throws Exception {
        LockHandle lock = fixture.held();
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), RELEASED));
        Caller<ReleaseResult> caller = new Caller<>(lock::release);
        fixture.server.awaitRequest(2);
        assertFalse(caller.isDone());
        assertFalse(lock.isHeld());
        later.complete();
        assertEquals(ReleaseResult.RELEASED, caller.result());
    }

    @Test
    void c5_closingALostLockDoesNotThrowAndReleaseSaysSo() throws Exception {
        LockHandle lock = lost();
        lock.close();
        assertEquals(ReleaseResult.ALREADY_LOST, lock.release());
        assertEquals(HoldState.LOST, lock.state());
        LockLostException lost = assertThrows(LockLostException.class, () -> lock.ensureHeld(Duration.ZERO));
        assertEquals(LossReason.EXPIRED, lost.reason());
        assertEquals(List.of("acquire", "heartbeat"), fixture.server.calls());
    }

    @Test
    void c5_aLossThatOnlyTheReleaseFindsIsReported() throws Exception {
        LockHandle lock = fixture.held();
        fixture.server.then(answer(LockAnswer.notFound()));
        lock.close();
        assertEquals(ReleaseResult.NOT_HELD, lock.release());
        assertEquals(LossReason.NOT_HELD, get(lock.lost()));
    }

    @Test
    void c4_aLossIsToldOnAThreadThatDoesNotKeepTheProgramAlive() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.then(answer(SHORT_GRANT), delayed(later.future(), answer(LockAnswer.notFound())));
        LockHandle lock = fixture.locks.tryAcquire("r");
        fixture.server.awaitRequest(2);
        CompletionStage<Boolean> onDaemon =
                lock.lost().thenApply(reason -> Thread.currentThread().isDaemon());
        later.complete();
        assertTrue(get(onDaemon));
    }

    @Test
    void anInterruptDuringCloseLosesNeitherTheReleaseNorTheInterrupt() throws Exception {
        LockHandle lock = fixture.held();
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), RELEASED));
        Caller<Boolean> caller = new Caller<>(() -> {
            lock.close();
            return Thread.currentThread().isInterrupted();
        });
        fixture.server.awaitRequest(2);
        caller.interrupt();
        assertTrue(caller.result());
        assertFalse(lock.isHeld());
        later.complete();
        assertEquals(ReleaseResult.RELEASED, lock.release());
    }

    @Test
    void aThreadThatIsInterruptedAlreadyStillReleases() throws Exception {
        LockHandle lock = fixture.held();
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), RELEASED));
        Thread.currentThread().interrupt();
        ReleaseResult unawaited = lock.release();
        assertFalse(lock.isHeld());
        assertTrue(Thread.interrupted());
        assertEquals(ReleaseResult.UNKNOWN, unawaited);
        later.complete();
        assertEquals(ReleaseResult.RELEASED, lock.release());
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
    }

    @Test
    void withLockReturnsTheWorksResultAndReleases() throws Exception {
        fixture.server.then(GRANTED, RELEASED);
        long fence = fixture.locks.withLock("r", A_MINUTE, LockHandle::fencingToken);
        assertEquals(BlockingFixture.FENCE, fence);
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
    }

    @Test
    void withLockReleasesAfterWorkThatThrows() {
        fixture.server.then(GRANTED, RELEASED);
        IOException broken = new IOException("the work failed");
        assertSame(
                broken,
                assertThrows(
                        IOException.class,
                        () -> fixture.locks.withLock("r", A_MINUTE, lock -> {
                            throw broken;
                        })));
        assertEquals(0, broken.getSuppressed().length);
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
    }

    @Test
    void c4_withLockFailsWhenTheLockWasLostMeanwhile() {
        fixture.server.then(answer(SHORT_GRANT), answer(LockAnswer.notFound()));
        LockLostException lost = assertThrows(
                LockLostException.class, () -> fixture.locks.withLock("r", A_MINUTE, lock -> get(lock.lost())));
        assertEquals(LossReason.EXPIRED, lost.reason());
    }

    @Test
    void c4_withLockFailsWhenOnlyTheReleaseFindsTheLockLost() {
        fixture.server.then(GRANTED, answer(LockAnswer.invalidToken()));
        LockLostException lost = assertThrows(
                LockLostException.class, () -> fixture.locks.withLock("r", A_MINUTE, LockHandle::fencingToken));
        assertEquals(LossReason.NOT_HELD, lost.reason());
    }

    @Test
    void aLossDoesNotMaskTheWorksFailure() {
        fixture.server.then(GRANTED, answer(LockAnswer.notFound()));
        IOException broken = new IOException("the work failed");
        assertThrows(
                IOException.class,
                () -> fixture.locks.withLock("r", A_MINUTE, lock -> {
                    throw broken;
                }));
        assertInstanceOf(LockLostException.class, broken.getSuppressed()[0]);
    }

    private LockHandle lost() throws Exception {
        fixture.server.then(answer(SHORT_GRANT), answer(LockAnswer.notFound()));
        LockHandle lock = fixture.locks.tryAcquire("r");
        assertEquals(LossReason.EXPIRED, get(lock.lost()));
        return lock;
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
}
