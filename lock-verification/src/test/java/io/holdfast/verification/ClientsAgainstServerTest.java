package io.holdfast.verification;

import static io.holdfast.verification.LocalServer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.AcquireOptions;
import io.holdfast.client.HoldState;
import io.holdfast.client.LockClient;
import io.holdfast.client.LockLostException;
import io.holdfast.client.LockRefusedException;
import io.holdfast.client.LossReason;
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
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Both clients against the real server over real sockets. */
@ExtendWith(VertxExtension.class)
@Timeout(60)
final class ClientsAgainstServerTest {
    private static final Duration A_MINUTE = Duration.ofMinutes(1);
    private static final Duration TTL = Duration.ofSeconds(1);
    private static final AcquireOptions SHORT_LEASE = AcquireOptions.defaults().withTtl(TTL);

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
    void whatTheBlockingClientHoldsIsBusyForTheOthers() throws Exception {
        try (LockHandle lock = blocking.acquire("r", A_MINUTE)) {
            assertTrue(lock.isHeld());
            assertNull(blocking.tryAcquire("r"));
            assertEquals(Optional.empty(), await(async.tryAcquire("r")));
            assertTrue(blocking.isLocked("r"));
            assertEquals("blocking", await(async.status("r")).clientId());
        }
        assertFalse(blocking.isLocked("r"));
        assertTrue(await(async.tryAcquire("r")).isPresent());
    }

    /** It used to throw, in the middle of whatever cleaned up. */
    @Test
    void releasingWhenTheClientsVertxIsGoneIsAnAnswer() throws Exception {
        Vertx gone = Vertx.vertx();
        LockClient client = LockClient.create(gone, server.options("gone"));
        io.holdfast.client.LockHandle lock = await(client.tryAcquire("r")).orElseThrow();
        await(gone.close());
        assertEquals(ReleaseResult.UNKNOWN, await(lock.release()));
        await(client.close());
    }

    @Test
    void whatTheAsyncClientHoldsIsBusyForTheOthers() throws Exception {
        io.holdfast.client.LockHandle lock = await(async.tryAcquire("r")).orElseThrow();
        assertNull(blocking.tryAcquire("r"));
        LockRefusedException refused =
                assertThrows(LockRefusedException.class, () -> blocking.acquire("r", Duration.ofMillis(50)));
        assertEquals(Status.TIMEOUT, refused.status());
        assertEquals(ReleaseResult.RELEASED, await(lock.release()));
        assertFalse(await(async.isLocked("r")));
        assertEquals("r", blocking.withLock("r", A_MINUTE, LockHandle::name));
        assertFalse(await(async.isLocked("r")));
    }

    @Test
    void whoWaitsGetsTheLockWhenItIsReleased() throws Exception {
        LockHandle lock = blocking.tryAcquire("r");
        io.vertx.core.Future<io.holdfast.client.LockHandle> waiting = async.acquire("r", AcquireOptions.defaults());
        assertEquals(Optional.empty(), await(async.tryAcquire("r")));
        assertFalse(waiting.isComplete());
        lock.close();
        assertTrue(await(waiting).isHeld());
    }

    @Test
    void closingAClientFreesWhatItHolds() throws Exception {
        BlockingLockClient leaving = BlockingLockClient.create(server.options("leaving"));
        assertNotNull(leaving.tryAcquire("r"));
        leaving.close();
        assertFalse(blocking.isLocked("r"));
    }

    @Test
    void c2_aLockIsHeldForLongerThanItsLeases() throws Exception {
        LockHandle lock = blocking.acquire("blocking", SHORT_LEASE);
        io.holdfast.client.LockHandle other = await(async.acquire("async", SHORT_LEASE));
        assertThrows(
                TimeoutException.class, () -> lock.lost().toCompletableFuture().get(2_500, TimeUnit.MILLISECONDS));
        assertTrue(lock.isHeld());
        assertTrue(other.isHeld());
        assertTrue(blocking.isLocked("blocking"));
        assertTrue(blocking.isLocked("async"));
        assertEquals(ReleaseResult.RELEASED, lock.release());
        assertEquals(ReleaseResult.RELEASED, await(other.release()));
    }

    @Test
    void s6_fencingTokensRiseWhoeverAsksForWhatever() throws Exception {
        List<Long> tokens = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            tokens.add(blocking.withLock("a", A_MINUTE, LockHandle::fencingToken));
            tokens.add(blocking.withLock("b" + i, A_MINUTE, LockHandle::fencingToken));
            tokens.add(await(async.tryAcquire("c" + i)).orElseThrow().fencingToken());
        }
        assertEquals(tokens.stream().sorted().distinct().toList(), tokens);
    }

    @Test
    void anyTextNamesAResourceOfItsOwn() throws Exception {
        List<String> names = List.of(
                "a/b",
                "a%2Fb",
                "a%252Fb",
                ".",
                "..",
                "../..",
                "/",
                "//",
                "a//b",
                " a",
                "a ",
                "a b",
                "a+b",
                "a%20b",
                "ü",
                "u\u0308",
                "名前",
                "\ud83d\udd12",
                "?",
                "#",
                "a?b=c&d#e",
                ";v=1",
                "\"quoted\"",
                "back\\slash",
                "A",
                "a");
        List<LockHandle> locks = new ArrayList<>();
        for (String name : names) {
            assertFalse(blocking.isLocked(name), name);
            LockHandle lock = blocking.tryAcquire(name);
            assertNotNull(lock, name);
            locks.add(lock);
            assertEquals(name, blocking.status(name).resourceName());
            assertTrue(await(async.isLocked(name)), name);
            assertNull(blocking.tryAcquire(name), name);
        }
        for (LockHandle lock : locks) {
            assertEquals(ReleaseResult.RELEASED, lock.release(), lock.name());
            assertFalse(blocking.isLocked(lock.name()), lock.name());
        }
    }

    @Test
    void onlyOneAtATimeIsInside() throws Exception {
        int threads = 8;
        int rounds = 25;
        int[] counter = {0};
        Callable<Integer> work = () -> {
            for (int i = 0; i < rounds; i++) {
                blocking.withLock("counter", A_MINUTE, lock -> {
                    int seen = counter[0];
                    // Long enough for others to come in, if they can.
                    assertTrue(blocking.isLocked("counter"));
                    counter[0] = seen + 1;
                    return null;
                });
            }
            return rounds;
        };
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (Future<Integer> done : pool.invokeAll(Collections.nCopies(threads, work))) {
                assertEquals(rounds, done.get());
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals(threads * rounds, counter[0]);
    }

    @Test
    void c3_whenTheServerIsGoneTheLockIsLostByItsDeadlineAndSaysWhy() throws Exception {
        LockHandle lock = blocking.acquire("r", SHORT_LEASE);
        io.holdfast.client.LockHandle other = await(async.acquire("other", SHORT_LEASE));
        server.close();
        Duration left = lock.remaining();
        assertTrue(left.compareTo(TTL) <= 0, left::toString);
        assertEquals(
                LossReason.UNREACHABLE,
                lock.lost().toCompletableFuture().get(left.toMillis() + 500, TimeUnit.MILLISECONDS));
        assertEquals(LossReason.UNREACHABLE, await(other.lost()));
        assertEquals(HoldState.LOST, lock.state());
        assertFalse(lock.isHeld());
        LockLostException lost = assertThrows(LockLostException.class, () -> lock.ensureHeld(Duration.ZERO));
        assertEquals(LossReason.UNREACHABLE, lost.reason());
        lock.close();
        assertEquals(ReleaseResult.ALREADY_LOST, lock.release());
    }
}
