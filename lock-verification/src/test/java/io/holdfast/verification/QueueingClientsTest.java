package io.holdfast.verification;

import static io.holdfast.verification.LocalServer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.AcquireOptions;
import io.holdfast.client.LockClient;
import io.holdfast.client.LockRefusedException;
import io.holdfast.client.LockRequest;
import io.holdfast.client.PendingLock;
import io.holdfast.client.ReleaseResult;
import io.holdfast.client.blocking.BlockingLockClient;
import io.holdfast.client.blocking.LockHandle;
import io.holdfast.protocol.Status;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Waiting in line, sharing, counting and sets: both clients against the real server over real sockets. */
@ExtendWith(VertxExtension.class)
@Timeout(60)
final class QueueingClientsTest {
    private static final Duration A_MINUTE = Duration.ofMinutes(1);
    private static final Duration A_SECOND = Duration.ofSeconds(1);

    @TempDir
    private Path dataDir;

    private Vertx vertx;
    private LocalServer server;
    private LockClient async;
    private BlockingLockClient blocking;

    @BeforeEach
    void start(Vertx ofThisTest) throws Exception {
        server = LocalServer.start(dataDir);
        vertx = ofThisTest;
        async = LockClient.create(vertx, server.options("async"));
        blocking = BlockingLockClient.create(server.options("blocking"));
    }

    @AfterEach
    void stop() throws Exception {
        blocking.close();
        await(async.close());
        server.close();
    }

    @Test
    void whoWaitsIsServedInOrder() throws Exception {
        LockHandle held = blocking.tryAcquire("r");
        List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        List<FutureTask<Long>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            waiters.add(onThread(() -> blocking.withLock("r", A_MINUTE, lock -> {
                served.add(number);
                return lock.fencingToken();
            })));
            awaitQueue("r", i + 1);
        }
        held.close();
        List<Long> tokens = new ArrayList<>();
        for (FutureTask<Long> waiter : waiters) {
            tokens.add(waiter.get(10, TimeUnit.SECONDS));
        }
        assertEquals(List.of(0, 1, 2, 3, 4), served);
        assertEquals(tokens.stream().sorted().distinct().toList(), tokens);
    }

    @Test
    void c6_aWaitInVainEndsInTimeAndLeavesNothingBehind() throws Exception {
        LockHandle held = blocking.tryAcquire("r");
        LockRefusedException refused =
                assertThrows(LockRefusedException.class, () -> blocking.acquire("r", Duration.ofMillis(300)));
        assertEquals(Status.TIMEOUT, refused.status());
        assertEquals(0, blocking.status("r").queueLength());
        held.close();
        assertFalse(blocking.isLocked("r"));
    }

    @Test
    void c6_anInterruptLeavesNothingBehind() throws Exception {
        LockHandle held = blocking.tryAcquire("r");
        FutureTask<LockHandle> task = new FutureTask<>(() -> blocking.acquire("r", A_MINUTE));
        Thread waiting = new Thread(task, "waiting");
        waiting.start();
        awaitQueue("r", 1);
        waiting.interrupt();
        assertInstanceOf(
                InterruptedException.class,
                assertThrows(ExecutionException.class, () -> task.get(5, TimeUnit.SECONDS))
                        .getCause());
        awaitQueue("r", 0);
        held.close();
        assertFalse(blocking.isLocked("r"));
    }

    @Test
    void c6_givingUpLeavesNothingBehindWhetherGrantedOrNot() throws Exception {
        PendingLock first = async.begin(LockRequest.exclusive("r"));
        assertTrue(await(first.future()).isHeld());
        PendingLock second = async.begin(LockRequest.exclusive("r"));
        awaitQueue("r", 1);
        await(second.giveUp());
        assertEquals(0, await(async.status("r")).queueLength());
        assertThrows(CancellationException.class, () -> await(second.future()));
        await(first.giveUp());
        assertFalse(await(async.isLocked("r")));
    }

    @Test
    void c6_closingAClientTakesItOutOfTheLine() throws Exception {
        LockHandle held = blocking.tryAcquire("r");
        LockClient leaving = LockClient.create(vertx, server.options("leaving"));
        var pending = leaving.acquire(LockRequest.exclusive("r"));
        awaitQueue("r", 1);
        await(leaving.close());
        assertEquals(0, blocking.status("r").queueLength());
        assertTrue(pending.failed());
        held.close();
        assertFalse(blocking.isLocked("r"));
    }

    @Test
    void itWaitsForLongerThanASliceAndKeepsItsPlace() throws Exception {
        LockHandle held = blocking.tryAcquire("r");
        // A lease of a second makes slices of five.
        LockRequest request = LockRequest.exclusive("r").withTtl(A_SECOND).withWait(A_MINUTE);
        PendingLock first = async.begin(request);
        awaitQueue("r", 1);
        PendingLock second = async.begin(request);
        awaitQueue("r", 2);
        assertThrows(
                java.util.concurrent.TimeoutException.class,
                () -> first.future().toCompletionStage().toCompletableFuture().get(6, TimeUnit.SECONDS));
        assertEquals(2, blocking.status("r").queueLength());
        held.close();
        io.holdfast.client.LockHandle lock = await(first.future());
        assertTrue(lock.isHeld());
        assertFalse(second.future().isComplete());
        await(lock.release());
        assertTrue(await(second.future()).fencingToken() > lock.fencingToken());
    }

    @Test
    void c6_afterAnySeriesOfGivingUpNothingStaysBehind() throws Exception {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        BadLine line = BadLine.to(vertx, server.endpoint());
        LockClient far = LockClient.create(vertx, server.options("far").withEndpoint(line.endpoint()));
        List<PendingLock> pending = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            LockRequest request = random.nextBoolean()
                    ? LockRequest.exclusive("r" + random.nextInt(3))
                    : LockRequest.shared("r" + random.nextInt(3));
            LockRequest patient = request.withWait(Duration.ofMillis(random.nextInt(200)));
            pending.add((random.nextBoolean() ? far : async).begin(patient));
            if (random.nextInt(3) == 0) {
                pending.get(random.nextInt(pending.size())).giveUp();
            }
            if (random.nextInt(50) == 0) {
                line.cut();
            }
        }
        for (PendingLock each : pending) {
            await(each.future().transform(done -> each.giveUp()));
        }
        for (int i = 0; i < 3; i++) {
            assertFalse(blocking.isLocked("r" + i), "r" + i + " with seed " + seed);
            assertEquals(0, blocking.status("r" + i).queueLength(), "r" + i + " with seed " + seed);
        }
        await(far.close());
    }

    @Test
    void c7_whoseConnectionBreaksComesBackToItsPlace() throws Exception {
        BadLine line = BadLine.to(vertx, server.endpoint());
        LockClient far = LockClient.create(vertx, server.options("far").withEndpoint(line.endpoint()));
        LockHandle held = blocking.tryAcquire("r");
        var first = far.acquire(LockRequest.exclusive("r"));
        awaitQueue("r", 1);
        var second = async.acquire(LockRequest.exclusive("r"));
        awaitQueue("r", 2);
        await(line.cut());
        assertEquals(2, blocking.status("r").queueLength());
        held.close();
        io.holdfast.client.LockHandle lock = await(first);
        assertTrue(lock.isHeld());
        assertFalse(second.isComplete());
        await(far.close());
        assertTrue(await(second).fencingToken() > lock.fencingToken());
    }

    @Test
    void c7_aGrantWhoseAnswerGotLostIsFetched() throws Exception {
        BadLine line = BadLine.to(vertx, server.endpoint());
        LockClient far = LockClient.create(vertx, server.options("far").withEndpoint(line.endpoint()));
        // Its session is open by then, so that what gets lost is the answer to the acquire.
        await(await(far.tryAcquire("other")).orElseThrow().release());
        line.loseNextAnswer();
        io.holdfast.client.LockHandle lock = await(far.tryAcquire("r")).orElseThrow();
        assertEquals(lock.fencingToken(), blocking.status("r").lastFencingToken());
        assertEquals(ReleaseResult.RELEASED, await(lock.release()));
        assertFalse(blocking.isLocked("r"));
        await(far.close());
    }

    @Test
    void readersShareAndAWriterWaitsForThem() throws Exception {
        LockHandle reader = blocking.acquire(LockRequest.shared("r"));
        io.holdfast.client.LockHandle other = await(async.acquire(LockRequest.shared("r")));
        assertNull(blocking.tryAcquire("r"));
        FutureTask<LockHandle> writer = onThread(() -> blocking.acquire("r", A_MINUTE));
        awaitQueue("r", 1);
        assertTrue(await(async.tryAcquire(LockRequest.shared("r"))).isEmpty(), "a reader overtook a writer");
        reader.close();
        assertEquals(ReleaseResult.RELEASED, await(other.release()));
        assertTrue(writer.get(5, TimeUnit.SECONDS).isHeld());
    }

    @Test
    void permitsAreCounted() throws Exception {
        LockHandle two = blocking.acquire(LockRequest.permits("pool", 2, 3));
        assertTrue(await(async.tryAcquire(LockRequest.permits("pool", 1, 3))).isPresent());
        assertNull(blocking.tryAcquire(LockRequest.permits("pool", 1, 3)));
        FutureTask<LockHandle> waiting = onThread(
                () -> blocking.acquire(LockRequest.permits("pool", 2, 3).withWait(A_MINUTE)));
        awaitQueue("pool", 1);
        two.close();
        assertTrue(waiting.get(5, TimeUnit.SECONDS).isHeld());
        LockRefusedException mismatch =
                assertThrows(LockRefusedException.class, () -> blocking.acquire(LockRequest.permits("pool", 1, 4)));
        assertEquals(Status.LIMIT_MISMATCH, mismatch.status());
    }

    @Test
    void aSetIsOneLock() throws Exception {
        List<LockRequest> set =
                List.of(LockRequest.exclusive("a"), LockRequest.shared("b"), LockRequest.permits("c", 1, 2));
        LockHandle lock = blocking.acquireAll(set, AcquireOptions.defaults());
        assertEquals(List.of("a", "b", "c"), lock.names());
        assertNull(blocking.tryAcquire("a"));
        assertNull(blocking.tryAcquire("b"));
        assertNotNull(blocking.tryAcquire(LockRequest.shared("b")));
        var waiting = async.acquireAll(
                List.of(LockRequest.exclusive("d"), LockRequest.exclusive("a")), AcquireOptions.defaults());
        awaitQueue("a", 1);
        assertFalse(blocking.isLocked("d"));
        assertEquals(ReleaseResult.RELEASED, lock.release());
        io.holdfast.client.LockHandle second = await(waiting);
        assertTrue(second.fencingToken() > lock.fencingToken());
        assertTrue(blocking.isLocked("d"));
        assertEquals(ReleaseResult.RELEASED, await(second.release()));
        assertFalse(blocking.isLocked("a"));
    }

    @Test
    void othersSeeTheMetadata() throws Exception {
        blocking.acquire(LockRequest.shared("r").withMetadata(Map.of("job", "nightly")));
        assertEquals(
                Map.of("job", "nightly"),
                await(async.status("r")).holders().get(0).metadata());
        LockRefusedException refused = assertThrows(
                LockRefusedException.class,
                () -> await(async.acquire("r", AcquireOptions.defaults().withWaitLimit(Duration.ZERO))));
        assertTrue(refused.getMessage().contains("held by 'blocking'"), refused::getMessage);
    }

    /** Until that many wait in line; asks again and again, since nothing tells. */
    private void awaitQueue(String name, int length) throws Exception {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (blocking.status(name).queueLength() == null
                || blocking.status(name).queueLength() != length) {
            assertTrue(System.nanoTime() < deadlineNanos, "the line did not become " + length + " long");
        }
    }

    private static <T> FutureTask<T> onThread(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        new Thread(task, "waiter").start();
        return task;
    }
}
