package io.holdfast.client;

import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.grant;
import static io.holdfast.client.StubLockServer.opened;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.LockAnswer;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That a holder learns of its loss in time, whatever stands still. */
@Timeout(20)
final class LossTest {
    private static final Duration BEAT = Duration.ofSeconds(15);
    private static final long NEVER_MILLIS = 86_400_000;

    private ClientFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new ClientFixture();
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private record Told(LossReason reason, String thread) {}

    private static CompletableFuture<Told> listenTo(LockHandle handle) {
        CompletableFuture<Told> told = new CompletableFuture<>();
        handle.onLost(
                reason -> told.complete(new Told(reason, Thread.currentThread().getName())));
        return told;
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(5, TimeUnit.SECONDS);
    }

    private LockHandle heldInSession() throws Exception {
        fixture.server.withSessions().then(opened("s"), grant("secret-token", 7, 45_000, 0));
        return await(fixture.client.tryAcquire("r")).orElseThrow();
    }

    private static List<Thread> watchdogs() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(Watchdog.THREAD_NAME))
                .toList();
    }

    /** The client's timer never fires here, as when its event loop is stuck: without the watchdog nobody would tell. */
    @Test
    void c3_theWatchdogTellsWhenTheEventLoopDoesNot() throws Exception {
        LockHandle handle = fixture.held();
        CompletableFuture<Told> told = listenTo(handle);
        fixture.skip(Duration.ofMillis(40_499));
        assertFalse(told.isDone());
        assertTrue(handle.isHeld());
        fixture.skip(Duration.ofMillis(1));
        assertEquals(new Told(LossReason.UNREACHABLE, Watchdog.THREAD_NAME), get(told));
        assertFalse(handle.isHeld());
    }

    @Test
    void c3_theWatchdogTellsForALockInASession() throws Exception {
        CompletableFuture<Told> told = listenTo(heldInSession());
        fixture.skip(Duration.ofSeconds(41));
        assertEquals(new Told(LossReason.UNREACHABLE, Watchdog.THREAD_NAME), get(told));
    }

    @Test
    void c3_theWatchdogWaitsForTheDeadlineThatHeartbeatsHaveMoved() throws Exception {
        LockHandle handle = fixture.held();
        CompletableFuture<Told> told = listenTo(handle);
        CompletableFuture<Told> other = new CompletableFuture<>();
        fixture.server.then(answer(LockAnswer.heartbeatReceived("secret-token")));
        fixture.advance(BEAT);
        // Past the first deadline: another lock's loss shows that the watchdog has looked.
        fixture.server.then(grant("other-token", 8, 26_000, 0));
        await(fixture.client.tryAcquire("other")).orElseThrow().onLost(reason -> other.complete(new Told(reason, "")));
        fixture.skip(Duration.ofSeconds(26));
        get(other);
        assertFalse(told.isDone());
        assertTrue(handle.isHeld());
        fixture.skip(Duration.ofSeconds(15));
        get(told);
    }

    @Test
    void c3_theWatchdogEndsWhenNothingIsHeldAndStartsAgain() throws Exception {
        for (int i = 0; i < 2; i++) {
            LockHandle handle = fixture.held();
            CompletableFuture<Told> told = listenTo(handle);
            List<Thread> running = watchdogs();
            assertFalse(running.isEmpty());
            assertTrue(running.get(0).isDaemon());
            fixture.server.then(answer(LockAnswer.released()));
            await(handle.release());
            for (Thread thread : running) {
                thread.join(5_000);
                assertFalse(thread.isAlive());
            }
            fixture.skip(Duration.ofMinutes(1));
            assertFalse(told.isDone(), "a lock that was released in time is not lost");
        }
    }

    /** The monotonic clock stands still while the machine sleeps; by it alone the lease would have 40 s left. */
    @Test
    void c3_aMachineThatSleptHasLostTheLock() throws Exception {
        LockHandle handle = fixture.held();
        CompletableFuture<Told> told = listenTo(handle);
        fixture.sleep(Duration.ofSeconds(1));
        assertTrue(handle.isHeld());
        fixture.sleep(Duration.ofMillis(1_001));
        assertFalse(handle.isHeld());
        assertEquals(HoldState.LOST, handle.state());
        LockLostException lost = assertThrows(LockLostException.class, () -> handle.ensureHeld(Duration.ZERO));
        assertEquals(LossReason.EXPIRED, lost.reason());
        assertEquals(new Told(LossReason.EXPIRED, Watchdog.THREAD_NAME), get(told));
    }

    @Test
    void c3_aMachineThatSleptHasLostItsSessionAndOpensAnother() throws Exception {
        LockHandle handle = heldInSession();
        fixture.sleep(Duration.ofSeconds(2));
        await(fixture.client.tick());
        assertEquals(LossReason.EXPIRED, await(handle.lost()));
        fixture.server.then(opened("t"), grant("other-token", 8, 45_000, 0));
        assertTrue(await(fixture.client.tryAcquire("r")).orElseThrow().isHeld());
        assertFalse(handle.isHeld());
    }

    @Test
    void c3_releasingALockThatWasSleptAwayAlsoTellsTheServer() throws Exception {
        LockHandle handle = fixture.held();
        fixture.sleep(Duration.ofSeconds(2));
        fixture.server.then(answer(LockAnswer.released()));
        assertEquals(ReleaseResult.ALREADY_LOST, await(handle.release()));
        fixture.settle();
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
    }

    @Test
    void c4_aListenerIsToldOfWhatTheServerSaysToo() throws Exception {
        LockHandle handle = fixture.held();
        CompletableFuture<Told> told = listenTo(handle);
        fixture.server.then(answer(LockAnswer.lostByBreak("the host is gone")));
        fixture.advance(BEAT);
        assertEquals(LossReason.BROKEN, get(told).reason());
    }

    @Test
    void c4_whoListensAfterTheLossIsToldAtOnce() throws Exception {
        LockHandle handle = fixture.held();
        fixture.skip(Duration.ofMinutes(1));
        CompletableFuture<Told> told = listenTo(handle);
        assertEquals(new Told(LossReason.UNREACHABLE, Thread.currentThread().getName()), told.getNow(null));
    }

    /** Not caught, it would end the thread that tells the others, or fail the turn in which the loss was noticed. */
    @Test
    void c4_aListenerThatThrowsIsReportedAndCostsNobodyElseTheNews() throws Exception {
        CompletableFuture<Throwable> reported = new CompletableFuture<>();
        fixture.vertx.exceptionHandler(reported::complete);
        LockHandle handle = fixture.held();
        List<LossReason> heard = new ArrayList<>();
        handle.onLost(heard::add);
        handle.onLost(reason -> {
            throw new IllegalStateException("thrown on purpose");
        });
        CompletableFuture<Told> told = listenTo(handle);
        fixture.skip(Duration.ofMinutes(1));
        get(told);
        assertEquals("thrown on purpose", get(reported).getMessage());
        assertEquals(List.of(LossReason.UNREACHABLE), heard);
        fixture.server.then(answer(LockAnswer.released()));
        await(handle.release());
        await(fixture.client.tick());
        assertEquals(1, heard.size(), "a listener is told once");
    }

    /** On the worker's own context nothing would be sent until the worker is free. */
    @Test
    void c2_aClientThatWasMadeOnAWorkerBeatsWhileTheWorkerIsBusy() throws Exception {
        CompletableFuture<LockClient> made = new CompletableFuture<>();
        CountDownLatch done = new CountDownLatch(1);
        VerticleBase worker = new VerticleBase() {
            @Override
            public Future<?> start() {
                LockClient client = fixture.client(fixture.options(), NEVER_MILLIS);
                context.runOnContext(v -> {
                    made.complete(client);
                    try {
                        done.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                return Future.succeededFuture();
            }
        };
        await(fixture.vertx.deployVerticle(worker, new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER)));
        try {
            LockClient client = get(made);
            fixture.server.then(answer(ClientFixture.GRANT), answer(LockAnswer.heartbeatReceived("secret-token")));
            LockHandle handle = await(client.tryAcquire("r")).orElseThrow();
            fixture.skip(BEAT);
            await(client.tick());
            await(client.whenIdle());
            assertEquals(Duration.ofMillis(40_500), handle.remaining());
        } finally {
            done.countDown();
        }
    }
}
