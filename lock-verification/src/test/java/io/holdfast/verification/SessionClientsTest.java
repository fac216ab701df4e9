package io.holdfast.verification;

import static io.holdfast.verification.LocalServer.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.AcquireOptions;
import io.holdfast.client.LockBreak;
import io.holdfast.client.LockClient;
import io.holdfast.client.LockClientOptions;
import io.holdfast.client.LockEventListener;
import io.holdfast.client.LockEvents;
import io.holdfast.client.LockHandle;
import io.holdfast.client.LockRequest;
import io.holdfast.client.LossReason;
import io.holdfast.client.ReleaseResult;
import io.holdfast.protocol.LockEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The async client's session, breaking and events against the real server. */
@ExtendWith(VertxExtension.class)
@Timeout(60)
final class SessionClientsTest {
    private static final Duration TTL = Duration.ofSeconds(1);

    /** So that a server that was restarted does not keep to itself for long. */
    private static final JsonObject SHORT_LEASES = new JsonObject().put("defaultTtlMs", 1_000);

    @TempDir
    private Path dataDir;

    private Vertx vertx;
    private LocalServer server;
    private LockClient holder;
    private LockClient other;

    @BeforeEach
    void start(Vertx ofThisTest) throws Exception {
        vertx = ofThisTest;
        server = LocalServer.start(dataDir, SHORT_LEASES);
        holder = client("holder");
        other = client("other");
    }

    @AfterEach
    void stop() throws Exception {
        await(holder.close());
        await(other.close());
        server.close();
    }

    private LockClient client(String name) {
        LockClientOptions options = server.options(name).withSessionTtl(TTL);
        return LockClient.create(vertx, options);
    }

    private LockHandle held(String name) throws Exception {
        return await(holder.tryAcquire(name)).orElseThrow();
    }

    @Test
    void c2_locksOutliveTheLengthOfTheirSession() throws Exception {
        List<LockHandle> locks = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            locks.add(held("r" + i));
        }
        CountDownLatch lost = new CountDownLatch(1);
        locks.forEach(lock -> lock.onLost(reason -> lost.countDown()));
        assertFalse(lost.await(2_500, TimeUnit.MILLISECONDS));
        for (LockHandle lock : locks) {
            assertTrue(lock.isHeld());
            assertTrue(await(other.isLocked(lock.name())));
        }
        assertEquals(ReleaseResult.RELEASED, await(locks.get(0).release()));
        assertFalse(await(other.isLocked("r0")));
        await(holder.close());
        for (LockHandle lock : locks) {
            assertFalse(await(other.isLocked(lock.name())));
            assertEquals(ReleaseResult.RELEASED, await(lock.release()));
        }
    }

    @Test
    void c4_aHolderHearsThatItsLockWasBrokenAndKeepsTheOthers() throws Exception {
        LockHandle broken = held("a");
        LockHandle kept = held("b");
        LockBreak result =
                await(other.breakLock("a", "the host is gone", Duration.ZERO)).orElseThrow();
        assertTrue(result.exclusionGivenUp());
        assertTrue(await(other.tryAcquire("a")).isPresent());
        assertEquals(LossReason.BROKEN, await(broken.lost()));
        assertTrue(kept.isHeld());
        assertEquals(ReleaseResult.ALREADY_LOST, await(broken.release()));
        assertTrue(await(other.isLocked("a")));
        assertTrue(await(other.breakLock("nobody has it", "x")).isEmpty());
    }

    @Test
    void aHolderHearsThatOthersWait() throws Exception {
        LockHandle lock = held("r");
        Future<LockHandle> waiting = other.acquire("r", AcquireOptions.defaults());
        await(lock.wanted());
        await(lock.release());
        assertTrue(await(waiting).isHeld());
    }

    @Test
    void aSetAndSharersLiveInTheSessionToo() throws Exception {
        LockHandle set = await(holder.acquireAll(
                List.of(LockRequest.exclusive("b"), LockRequest.shared("a")), AcquireOptions.defaults()));
        LockHandle shared = await(other.acquire(LockRequest.shared("a")));
        assertTrue(await(other.breakLock("b", "x", Duration.ZERO)).isPresent());
        assertEquals(LossReason.BROKEN, await(set.lost()));
        assertTrue(shared.isHeld());
    }

    /** The server has forgotten the session; the client finds that out and goes on with another. */
    @Test
    void c3_afterARestartOfTheServerAllIsLostAndTheNextAcquireSucceeds() throws Exception {
        LockHandle lock = held("r");
        int port = server.endpoint().getPort();
        server.close();
        server = LocalServer.start(dataDir, SHORT_LEASES.copy().put("port", port));
        assertNotNull(await(lock.lost()));
        assertTrue(await(holder.acquire("r", AcquireOptions.defaults())).isHeld());
        assertFalse(lock.isHeld());
    }

    /** Only the watchdog can tell, and the server has given the lock away by the time the loop goes on. */
    @Test
    void c3_aListenerHearsOfTheLossWhileTheEventLoopIsStuck() throws Exception {
        CompletableFuture<LossReason> told = new CompletableFuture<>();
        CompletableFuture<Boolean> heldAfterwards = new CompletableFuture<>();
        LockHandle lock = held("r");
        lock.onLost(told::complete);
        CountDownLatch goOn = new CountDownLatch(1);
        lock.wanted(); // on the client's context, as what follows
        onTheClientsLoop(() -> {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            heldAfterwards.complete(lock.isHeld());
        });
        try {
            assertEquals(LossReason.UNREACHABLE, told.get(5, TimeUnit.SECONDS));
        } finally {
            goOn.countDown();
        }
        assertFalse(heldAfterwards.get(5, TimeUnit.SECONDS));
    }

    /** An answer that has come before anybody attached to it is told on this thread; then another one is asked for. */
    private void onTheClientsLoop(Runnable work) {
        Thread here = Thread.currentThread();
        holder.isLocked("r").onSuccess(answered -> {
            if (Thread.currentThread() == here) {
                onTheClientsLoop(work);
            } else {
                work.run();
            }
        });
    }

    @Test
    void eventsAreHeardInOrderAndResumed() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        List<Long> ids = new ArrayList<>();
        LockEventListener listener = new LockEventListener() {
            @Override
            public void onEvent(long id, LockEvent event) {
                ids.add(id);
                heard.add(event.kind() + " " + event.resourceName());
            }

            @Override
            public void onReset() {
                heard.add("reset");
            }
        };
        await(held("e/before").release());
        LockEvents events = other.events("e/", listener);
        // There is no telling when the stream begins, so something happens until it is heard.
        String first = null;
        while (first == null) {
            await(held("e/begin").release());
            first = heard.poll(100, TimeUnit.MILLISECONDS);
        }
        assertTrue(first.endsWith(" e/begin"), first);
        await(held("e/x").release());
        await(held("other").release());
        awaitEvent(heard, "GRANTED e/x");
        assertEquals("RELEASED e/x", heard.poll(5, TimeUnit.SECONDS));
        await(events.close());
        long last = ids.get(ids.size() - 1);
        await(held("e/y").release());
        other.eventsAfter(last, "e/", listener);
        assertEquals("GRANTED e/y", heard.poll(5, TimeUnit.SECONDS));
        assertEquals("RELEASED e/y", heard.poll(5, TimeUnit.SECONDS));
        other.eventsAfter(last + 1_000_000, "e/", listener);
        assertEquals("reset", heard.poll(5, TimeUnit.SECONDS));
    }

    private static void awaitEvent(BlockingQueue<String> heard, String wanted) throws Exception {
        for (String event = ""; !wanted.equals(event); ) {
            event = heard.poll(5, TimeUnit.SECONDS);
            assertNotNull(event, "waiting for " + wanted);
        }
    }
}
