package io.holdfast.client.blocking;

import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.delayed;
import static io.holdfast.client.StubLockServer.silence;
import static io.holdfast.client.blocking.BlockingFixture.BUSY;
import static io.holdfast.client.blocking.BlockingFixture.CANCELLED;
import static io.holdfast.client.blocking.BlockingFixture.FENCE;
import static io.holdfast.client.blocking.BlockingFixture.GRANTED;
import static io.holdfast.client.blocking.BlockingFixture.RELEASED;
import static io.holdfast.client.blocking.BlockingFixture.SHORT_GRANT;
import static io.holdfast.client.blocking.BlockingFixture.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.AcquireOptions;
import io.holdfast.client.LockLostException;
import io.holdfast.client.LockRefusedException;
import io.holdfast.client.LossReason;
import io.holdfast.client.blocking.BlockingFixture.Caller;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The views as {@code java.util.concurrent.locks} knows them, against a scripted server. */
@Timeout(20)
@SuppressWarnings("LockNotBeforeTry") // what is locked here is gone with the fixture
final class LeasedLockTest {
    private BlockingFixture fixture;
    private LeasedLock lock;

    @BeforeEach
    void start() throws Exception {
        fixture = new BlockingFixture();
        lock = fixture.locks.asLock("r");
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void theServiceIsAskedForTheFirstLockAndToldOfTheLastUnlock() throws Exception {
        fixture.server.then(GRANTED, RELEASED);
        lock.lock();
        assertTrue(lock.tryLock());
        assertTrue(lock.tryLock(1, TimeUnit.SECONDS));
        lock.lockInterruptibly();
        fixture.locks.asLock("r").lock();
        for (int i = 0; i < 4; i++) {
            lock.unlock();
        }
        assertEquals(List.of("acquire"), fixture.server.calls());
        assertEquals(FENCE, lock.fencingToken());
        lock.ensureHeld(Duration.ofSeconds(30));
        fixture.locks.asLock("r").unlock();
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
        assertFalse(lock.isHeld());
        assertThrows(IllegalMonitorStateException.class, lock::unlock);
    }

    @Test
    void afterTheLastUnlockItIsAnotherLock() {
        fixture.server.then(GRANTED, RELEASED, answer(LockAnswer.acquired("another", 9, 45_000, 45_000)), RELEASED);
        lock.lock();
        lock.unlock();
        lock.lock();
        assertEquals(9, lock.fencingToken());
        lock.unlock();
        assertEquals(List.of("acquire", "release", "acquire", "release"), fixture.server.calls());
    }

    @Test
    void aLockBelongsToTheThreadThatLockedIt() throws Exception {
        fixture.server.then(GRANTED, BUSY);
        lock.lock();
        Caller<Boolean> another = new Caller<>(() -> {
            assertThrows(IllegalMonitorStateException.class, lock::unlock);
            assertThrows(IllegalMonitorStateException.class, lock::fencingToken);
            assertThrows(IllegalMonitorStateException.class, () -> lock.ensureHeld(Duration.ZERO));
            assertFalse(lock.isHeld());
            return lock.tryLock();
        });
        assertFalse(another.result());
        assertTrue(lock.isHeld());
        assertEquals(List.of("acquire", "acquire"), fixture.server.calls());
    }

    @Test
    void tryLockIsFalseWhenBusyAndWhenTheTimeIsOver() throws Exception {
        fixture.server.then(BUSY, BUSY, BUSY, CANCELLED);
        assertFalse(lock.tryLock());
        assertFalse(lock.tryLock(-1, TimeUnit.NANOSECONDS));
        assertFalse(lock.tryLock(1, TimeUnit.MILLISECONDS));
        assertThrows(IllegalMonitorStateException.class, lock::unlock);
        fixture.server.then(GRANTED);
        assertTrue(lock.tryLock(Long.MAX_VALUE, TimeUnit.DAYS));
    }

    @Test
    void otherRefusalsAreNoFalse() {
        fixture.server.then(answer(LockAnswer.refused(Status.BAD_REQUEST, "no")));
        assertEquals(
                Status.BAD_REQUEST,
                assertThrows(LockRefusedException.class, lock::tryLock).status());
    }

    @Test
    void theOptionsArePassedOn() {
        fixture.server.then(GRANTED);
        AcquireOptions options = AcquireOptions.defaults().withTtl(Duration.ofSeconds(10));
        assertTrue(fixture.locks.asLock("r", options).tryLock());
        assertTrue(fixture.server.requests().get(0).body().contains("\"ttlMs\":10000"));
    }

    @Test
    void anInterruptDoesNotEndLockAndIsNotForgotten() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), GRANTED));
        Caller<Boolean> caller = new Caller<>(() -> {
            lock.lock();
            return lock.isHeld() && Thread.interrupted();
        });
        fixture.server.awaitRequest(1);
        caller.interrupt();
        later.complete();
        assertTrue(caller.result());
        assertEquals(List.of("acquire"), fixture.server.calls());
    }

    @Test
    void aThreadThatIsInterruptedAlreadyMayTry() {
        fixture.server.then(GRANTED);
        Thread.currentThread().interrupt();
        boolean locked = lock.tryLock();
        assertTrue(Thread.interrupted());
        assertTrue(locked);
    }

    @Test
    void c6_anInterruptEndsLockInterruptiblyAndLeavesNothing() throws Exception {
        for (Locking locking : List.<Locking>of(lock::lockInterruptibly, this::longTry)) {
            int before = fixture.server.requests().size();
            fixture.server.then(silence(), CANCELLED);
            Caller<Boolean> caller = new Caller<>(() -> {
                locking.run();
                return true;
            });
            fixture.server.awaitRequest(before + 1);
            caller.interrupt();
            assertInstanceOf(InterruptedException.class, caller.failure());
            assertEquals(
                    "/api/lock/cancel", fixture.server.awaitRequest(before + 2).path());
        }
    }

    private void longTry() throws InterruptedException {
        lock.tryLock(1, TimeUnit.HOURS);
    }

    @Test
    void anInterruptComesBeforeALockThatIsHeldAlready() {
        fixture.server.then(GRANTED);
        lock.lock();
        for (Locking locking : List.<Locking>of(lock::lockInterruptibly, this::longTry)) {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, locking::run);
            assertFalse(Thread.interrupted());
        }
        fixture.server.then(RELEASED);
        lock.unlock();
        assertThrows(IllegalMonitorStateException.class, lock::unlock);
    }

    @Test
    void c4_aLostLockIsNotLockedAgainAndUnlockSaysSoEachTime() throws Exception {
        lose(lock, 2);
        for (Locking locking : List.<Locking>of(lock::lock, lock::tryLock, lock::lockInterruptibly, this::longTry)) {
            assertEquals(
                    LossReason.EXPIRED,
                    assertThrows(LockLostException.class, locking::run).reason());
        }
        assertFalse(lock.isHeld());
        assertThrows(LockLostException.class, () -> lock.ensureHeld(Duration.ZERO));
        assertEquals(FENCE, lock.fencingToken());
        assertThrows(LockLostException.class, lock::unlock);
        assertThrows(LockLostException.class, lock::unlock);
        assertThrows(IllegalMonitorStateException.class, lock::unlock);
        fixture.server.then(GRANTED);
        lock.lock();
        assertTrue(lock.isHeld());
    }

    @Test
    void c4_aLossThatOnlyTheReleaseFindsIsToldByUnlock() {
        fixture.server.then(GRANTED, answer(LockAnswer.notFound()));
        lock.lock();
        assertEquals(
                LossReason.NOT_HELD,
                assertThrows(LockLostException.class, lock::unlock).reason());
        assertThrows(IllegalMonitorStateException.class, lock::unlock);
    }

    @Test
    void whatTheClientsCloseTookAwayIsLostToo() throws Exception {
        fixture.server.then(GRANTED, RELEASED);
        lock.lock();
        lock.lock();
        fixture.locks.close();
        assertThrows(LockLostException.class, lock::lock);
        assertThrows(LockLostException.class, lock::unlock);
        assertThrows(LockLostException.class, lock::unlock);
        assertThrows(IllegalStateException.class, lock::lock);
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
    }

    @Test
    void readersAskForAShared() {
        LeasedReadWriteLock both = fixture.locks.asReadWriteLock("r");
        fixture.server.then(GRANTED, RELEASED, GRANTED, RELEASED);
        both.readLock().lock();
        both.readLock().lock();
        both.readLock().unlock();
        both.readLock().unlock();
        both.writeLock().lock();
        both.writeLock().unlock();
        assertTrue(fixture.server.requests().get(0).body().contains("\"mode\":\"shared\""));
        assertFalse(fixture.server.requests().get(2).body().contains("\"mode\":\"shared\""));
        assertEquals(List.of("acquire", "release", "acquire", "release"), fixture.server.calls());
    }

    @Test
    void aReaderCannotBecomeAWriter() throws Exception {
        LeasedReadWriteLock both = fixture.locks.asReadWriteLock("r");
        fixture.server.then(GRANTED);
        both.readLock().lock();
        Lock write = both.writeLock();
        for (Locking locking :
                List.<Locking>of(write::lock, write::tryLock, write::lockInterruptibly, lock::lock, this::longTry)) {
            IllegalStateException refused = assertThrows(IllegalStateException.class, locking::run);
            assertTrue(refused.getMessage().contains("wait for itself"), refused::getMessage);
        }
        assertThrows(IllegalMonitorStateException.class, write::unlock);
        assertTrue(both.readLock().isHeld());
        assertEquals(List.of("acquire"), fixture.server.calls());
    }

    @Test
    void aWriterMayReadAndKeepsTheLockUntilBothAreUnlocked() {
        LeasedReadWriteLock both = fixture.locks.asReadWriteLock("r");
        fixture.server.then(GRANTED, RELEASED);
        both.writeLock().lock();
        assertThrows(IllegalMonitorStateException.class, both.readLock()::unlock);
        both.readLock().lock();
        assertEquals(FENCE, both.readLock().fencingToken());
        both.writeLock().unlock();
        assertFalse(both.writeLock().isHeld());
        assertTrue(both.readLock().isHeld());
        both.writeLock().lock();
        both.writeLock().unlock();
        assertEquals(List.of("acquire"), fixture.server.calls());
        both.readLock().unlock();
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
    }

    @Test
    void thereAreNoConditionsAndTheReasonIsGiven() {
        assertTrue(assertThrows(UnsupportedOperationException.class, lock::newCondition)
                .getMessage()
                .contains("signals"));
    }

    @Test
    void onAnEventLoopItThrowsAtOnce() throws Exception {
        Promise<IllegalStateException> refusal = Promise.promise();
        fixture.vertx.runOnContext(v -> refusal.complete(assertThrows(IllegalStateException.class, () -> lock.lock())));
        assertTrue(await(refusal.future()).getMessage().contains("io.holdfast.client.LockClient"));
        assertEquals(List.of(), fixture.server.calls());
    }

    /** Locks it so often, and waits until it is lost. */
    private void lose(LeasedLock lock, int times) throws Exception {
        fixture.server.then(answer(SHORT_GRANT), answer(LockAnswer.notFound()));
        for (int i = 0; i < times; i++) {
            lock.lock();
        }
        while (lock.isHeld() && !Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
    }

    private interface Locking {
        void run() throws Exception;
    }
}
