package io.holdfast.client.blocking;

import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.blocking.BlockingFixture.GRANTED;
import static io.holdfast.client.blocking.BlockingFixture.RELEASED;
import static io.holdfast.client.blocking.BlockingFixture.SHORT_GRANT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.LockLostException;
import io.holdfast.client.LockRequest;
import io.holdfast.client.LossReason;
import io.holdfast.client.ReleaseResult;
import io.holdfast.client.StubLockServer.Reaction;
import io.holdfast.protocol.LockAnswer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The option of rule C4 that interrupts the thread that works under a lost lock. */
@Timeout(20)
@SuppressWarnings("LockNotBeforeTry") // what is locked here is gone with the fixture
final class LossInterruptTest {
    private static final Reaction GONE = answer(LockAnswer.notFound());

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
    void c4_theWorkingThreadIsInterruptedWhenTheLockIsLost() throws Exception {
        fixture.server.then(answer(SHORT_GRANT), GONE);
        try (LockHandle lock = fixture.locks.tryAcquire("r").interruptOnLoss()) {
            assertThrows(InterruptedException.class, LossInterruptTest::waitForEver);
            assertFalse(lock.isHeld());
            assertEquals(ReleaseResult.ALREADY_LOST, lock.release());
        }
        assertFalse(Thread.interrupted());
    }

    /** Waiting for the event loop to tell of the loss would leave the thread at work as long as the loop is stuck. */
    @Test
    void c3_theWorkingThreadIsInterruptedAlsoWhileTheEventLoopIsStuck() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        Vertx oneLoop = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        BlockingLockClient locks = BlockingLockClient.using(oneLoop, fixture.options());
        fixture.server.then(answer(SHORT_GRANT));
        LockHandle lock = locks.tryAcquire("r").interruptOnLoss();
        try {
            oneLoop.runOnContext(turn -> awaitUninterruptibly(stuck));
            assertThrows(InterruptedException.class, LossInterruptTest::waitForEver);
            assertFalse(lock.isHeld());
        } finally {
            stuck.countDown();
            BlockingFixture.await(oneLoop.close());
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void c4_anInterruptThatTheWorkDidNotConsumeIsTakenBackByWithLock() throws Exception {
        fixture.server.then(answer(SHORT_GRANT), GONE);
        LockRequest request = LockRequest.exclusive("r").withWait(Duration.ZERO);
        LockLostException lost = assertThrows(
                LockLostException.class,
                () -> fixture.locks.withLock(request, lock -> {
                    lock.interruptOnLoss();
                    while (!Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                    }
                    return "done all the same";
                }));
        assertEquals(LossReason.EXPIRED, lost.reason());
        assertFalse(Thread.interrupted());
    }

    @Test
    void c4_aViewInterruptsIfItIsAskedTo() throws Exception {
        fixture.server.then(answer(SHORT_GRANT), GONE);
        LeasedLock lock = fixture.locks.asLock("r");
        lock.lock();
        assertTrue(lock.interruptingOnLoss().tryLock());
        assertThrows(InterruptedException.class, LossInterruptTest::waitForEver);
        assertThrows(LockLostException.class, lock::unlock);
        assertThrows(LockLostException.class, lock::unlock);
        assertFalse(Thread.interrupted());
    }

    @Test
    void c4_aViewInterruptsFromItsFirstLockOn() throws Exception {
        fixture.server.then(answer(SHORT_GRANT), GONE);
        LeasedLock lock = fixture.locks.asLock("r").interruptingOnLoss();
        lock.lockInterruptibly();
        assertThrows(InterruptedException.class, LossInterruptTest::waitForEver);
        assertThrows(LockLostException.class, lock::unlock);
    }

    @Test
    void aLockThatIsLostAlreadyInterruptsAtOnce() throws Exception {
        fixture.server.then(answer(SHORT_GRANT), GONE);
        LockHandle lock = fixture.locks.tryAcquire("r");
        lock.lost().toCompletableFuture().get();
        lock.interruptOnLoss();
        assertTrue(Thread.currentThread().isInterrupted());
        lock.close();
        assertFalse(Thread.interrupted());
    }

    @Test
    void aReleaseThatFindsTheLockLostInterruptsNobody() throws Exception {
        fixture.server.then(GRANTED, GONE);
        LockHandle lock = fixture.locks.tryAcquire("r").interruptOnLoss();
        assertEquals(ReleaseResult.NOT_HELD, lock.release());
        lock.lost().toCompletableFuture().get();
        lock.interruptOnLoss();
        assertFalse(Thread.interrupted());
    }

    @Test
    void anotherThreadMayRelease() throws Exception {
        fixture.server.then(GRANTED, RELEASED);
        LockHandle lock = fixture.locks.tryAcquire("r").interruptOnLoss();
        assertEquals(ReleaseResult.RELEASED, new BlockingFixture.Caller<>(lock::release).result());
        lock.close();
        assertFalse(Thread.interrupted());
    }

    @Test
    void theInterruptOfSomebodyElseBeforeTheLossIsKept() {
        LossInterrupt interrupt = new LossInterrupt(Thread.currentThread());
        Thread.currentThread().interrupt();
        interrupt.lost();
        interrupt.end();
        assertTrue(Thread.interrupted());
    }

    @Test
    void onlyTheWorkerItselfTakesTheInterruptBack() throws Exception {
        LossInterrupt interrupt = new LossInterrupt(Thread.currentThread());
        interrupt.lost();
        Thread another = new Thread(interrupt::end, "another");
        another.start();
        while (another.isAlive()) {
            Thread.onSpinWait();
        }
        assertTrue(Thread.currentThread().isInterrupted());
        interrupt.end();
        assertFalse(Thread.interrupted());
    }

    /** Loss and end at the same moment, over and over: whoever wins, nothing is left of it when the end returns. */
    @Test
    void noInterruptComesAfterTheEndHasBegun() throws Exception {
        int rounds = 2_000;
        Thread worker = Thread.currentThread();
        List<LossInterrupt> interrupts =
                Stream.generate(() -> new LossInterrupt(worker)).limit(rounds).toList();
        CyclicBarrier together = new CyclicBarrier(2);
        FutureTask<Void> loser = new FutureTask<>(() -> {
            for (LossInterrupt interrupt : interrupts) {
                together.await();
                interrupt.lost();
            }
            return null;
        });
        new Thread(loser, "loser").start();
        for (int i = 0; i < rounds; i++) {
            together.await();
            boolean lossFirst = i % 8 == 0;
            for (int spin = i % 64; spin > 0 || (lossFirst && !worker.isInterrupted()); spin--) {
                Thread.onSpinWait();
            }
            interrupts.get(i).end();
            assertFalse(worker.isInterrupted(), "round " + i);
        }
        loser.get();
        assertFalse(Thread.interrupted());
    }

    private static void waitForEver() throws InterruptedException {
        new CountDownLatch(1).await();
    }
}
