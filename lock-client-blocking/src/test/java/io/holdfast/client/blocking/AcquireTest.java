package io.holdfast.client.blocking;

import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.delayed;
import static io.holdfast.client.StubLockServer.garbage;
import static io.holdfast.client.StubLockServer.half;
import static io.holdfast.client.StubLockServer.reset;
import static io.holdfast.client.StubLockServer.silence;
import static io.holdfast.client.blocking.BlockingFixture.BUSY;
import static io.holdfast.client.blocking.BlockingFixture.CANCELLED;
import static io.holdfast.client.blocking.BlockingFixture.GRANT;
import static io.holdfast.client.blocking.BlockingFixture.GRANTED;
import static io.holdfast.client.blocking.BlockingFixture.RELEASED;
import static io.holdfast.client.blocking.BlockingFixture.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.AcquireOptions;
import io.holdfast.client.HoldState;
import io.holdfast.client.LockOutcomeUnknownException;
import io.holdfast.client.LockRefusedException;
import io.holdfast.client.LockRequest;
import io.holdfast.client.LockUnavailableException;
import io.holdfast.client.StubLockServer;
import io.holdfast.client.blocking.BlockingFixture.Caller;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class AcquireTest {
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
    void aGrantIsAHandle() throws Exception {
        try (LockHandle lock = fixture.held()) {
            assertEquals("r", lock.name());
            assertEquals("secret-token", lock.token());
            assertEquals(BlockingFixture.FENCE, lock.fencingToken());
            assertEquals(HoldState.HELD, lock.state());
            assertTrue(lock.isHeld());
            assertTrue(lock.remaining().compareTo(Duration.ofSeconds(30)) > 0);
            lock.ensureHeld(Duration.ofSeconds(30));
            assertFalse(lock.toString().contains("secret"));
            fixture.server.then(RELEASED);
        }
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
    }

    @Test
    void busyIsNullSoThatTheOneLineProgramWorks() throws Exception {
        fixture.server.then(BUSY);
        try (LockHandle lock = fixture.locks.tryAcquire("my-resource")) {
            assertNull(lock);
        }
        assertEquals(List.of("acquire"), fixture.server.calls());
    }

    @Test
    void acquireWaitsUntilTheLockIsFree() throws Exception {
        fixture.server.then(BUSY, GRANTED);
        assertTrue(fixture.locks.acquire("r", A_MINUTE).isHeld());
        assertEquals(List.of("acquire", "acquire"), fixture.server.calls());
    }

    @Test
    void acquireThatWaitedInVainIsRefused() {
        fixture.server.then(BUSY);
        LockRefusedException refused =
                assertThrows(LockRefusedException.class, () -> fixture.locks.acquire("r", Duration.ZERO));
        assertEquals(Status.BUSY, refused.status());
    }

    @Test
    void theOptionsArePassedOn() throws Exception {
        fixture.server.then(answer(LockAnswer.acquired("secret-token", 8, 10_000, 10_000)));
        fixture.locks.acquire("r", AcquireOptions.defaults().withTtl(Duration.ofSeconds(10)));
        assertTrue(fixture.server.requests().get(0).body().contains("\"ttlMs\":10000"));
    }

    @Test
    void everyKindOfRequestIsPassedOn() throws Exception {
        fixture.server.then(BUSY, GRANTED, GRANTED);
        assertNull(fixture.locks.tryAcquire(LockRequest.shared("r")));
        assertTrue(fixture.locks.acquire(LockRequest.permits("r", 2, 3)).isHeld());
        LockHandle set = fixture.locks.acquireAll(
                List.of(LockRequest.exclusive("a"), LockRequest.exclusive("b")), AcquireOptions.defaults());
        assertEquals(List.of("a", "b"), set.names());
        assertTrue(fixture.server.requests().get(0).body().contains("\"mode\":\"shared\""));
        assertTrue(fixture.server.requests().get(1).body().contains("\"permits\":2,\"limit\":3"));
        assertEquals(List.of("acquire", "acquire", "acquire-all"), fixture.server.calls());
    }

    @Test
    void whenNothingHappenedItIsUnavailable() {
        fixture.server.then(answer(LockAnswer.unavailable(UnavailableReason.STARTING, 1_000)));
        assertThrows(LockUnavailableException.class, () -> fixture.locks.tryAcquire("r"));
    }

    @Test
    void onTheBaseWhenItMayHaveHappenedTheOutcomeIsUnknown() throws Exception {
        fixture.knowBase();
        for (StubLockServer.Reaction reaction : List.of(reset(), garbage(), half(GRANT))) {
            fixture.server.then(reaction, reaction);
            assertThrows(LockOutcomeUnknownException.class, () -> fixture.locks.tryAcquire("r"));
            LockOutcomeUnknownException unknown = assertThrows(
                    LockOutcomeUnknownException.class, () -> fixture.locks.acquire("r", Duration.ofMillis(1)));
            assertFalse(unknown.toString().contains("secret"));
        }
    }

    @Test
    void onTheBaseSilenceEndsWithTheRequestTimeOut() throws Exception {
        fixture.server.then(BUSY, silence());
        try (BlockingLockClient hasty =
                BlockingLockClient.using(fixture.vertx, fixture.options().withRequestTimeout(Duration.ofMillis(50)))) {
            assertNull(hasty.tryAcquire("r"));
            assertThrows(LockOutcomeUnknownException.class, () -> hasty.tryAcquire("r"));
        }
    }

    @Test
    void aRefusalCarriesItsStatus() {
        fixture.server.then(answer(LockAnswer.refused(Status.BAD_REQUEST, "no")));
        LockRefusedException refused = assertThrows(LockRefusedException.class, () -> fixture.locks.tryAcquire("r"));
        assertEquals(Status.BAD_REQUEST, refused.status());
    }

    @Test
    void aFailureTellsWhoAsked() throws Exception {
        fixture.knowBase();
        fixture.server.then(reset());
        LockOutcomeUnknownException unknown =
                assertThrows(LockOutcomeUnknownException.class, () -> fixture.locks.tryAcquire("r"));
        List<String> frames = Arrays.stream(unknown.getStackTrace())
                .map(StackTraceElement::getClassName)
                .toList();
        int asked = frames.indexOf(AcquireTest.class.getName());
        assertTrue(asked >= 0, frames::toString);
        assertTrue(asked < frames.indexOf("(made on the event loop)"), frames::toString);
    }

    @Test
    void whatCanNeverWorkIsRefusedWithoutAsking() {
        assertThrows(IllegalArgumentException.class, () -> fixture.locks.tryAcquire(" "));
        assertThrows(IllegalArgumentException.class, () -> fixture.locks.acquire("r", Duration.ofMillis(-1)));
        assertThrows(IllegalArgumentException.class, () -> fixture.locks.isLocked(""));
        assertEquals(List.of(), fixture.server.calls());
    }

    @Test
    void c6_anInterruptCancelsOnTheServerAtOnce() throws Exception {
        fixture.server.then(silence(), CANCELLED);
        Caller<LockHandle> caller = new Caller<>(() -> fixture.locks.acquire("r", A_MINUTE));
        String requestId = fixture.server.awaitRequest(1).requestId();
        caller.interrupt();
        assertInstanceOf(InterruptedException.class, caller.failure());
        StubLockServer.Request cancel = fixture.server.awaitRequest(2);
        assertEquals("/api/lock/cancel", cancel.path());
        assertEquals(requestId, cancel.requestId());
        fixture.locks.close();
        assertEquals(List.of("acquire", "cancel"), fixture.server.calls());
    }

    @Test
    void c6_onTheBaseAGrantAfterAnInterruptIsGivenBack() throws Exception {
        fixture.knowBase();
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), GRANTED), RELEASED);
        Caller<LockHandle> caller = new Caller<>(() -> fixture.locks.acquire("r", A_MINUTE));
        fixture.server.awaitRequest(2);
        caller.interrupt();
        assertInstanceOf(InterruptedException.class, caller.failure());
        later.complete();
        StubLockServer.Request release = fixture.server.awaitRequest(3);
        assertEquals("/api/lock/release", release.path());
        assertTrue(release.body().contains("secret-token"));
    }

    @Test
    void c6_aTryThatIsInterruptedIsCancelled() throws Exception {
        fixture.server.then(silence(), CANCELLED);
        Caller<LockHandle> caller = new Caller<>(() -> fixture.locks.tryAcquire("r"));
        fixture.server.awaitRequest(1);
        caller.interrupt();
        assertInstanceOf(InterruptedException.class, caller.failure());
        assertEquals("/api/lock/cancel", fixture.server.awaitRequest(2).path());
    }

    @Test
    void aCallerThatIsInterruptedAlreadyAsksForNothing() throws Exception {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> fixture.locks.acquire("r", A_MINUTE));
        assertFalse(Thread.interrupted());
        fixture.server.then(BUSY);
        assertNull(fixture.locks.tryAcquire("r"));
        assertEquals(1, fixture.server.requests().size());
    }

    @Test
    void onAnEventLoopEveryCallThatWaitsFailsAtOnceAndSaysWhatToDo() throws Exception {
        LockHandle lock = fixture.held();
        BlockingLockClient locks = fixture.locks;
        Promise<List<IllegalStateException>> refusals = Promise.promise();
        fixture.vertx.runOnContext(v -> refusals.complete(List.of(
                assertThrows(IllegalStateException.class, () -> locks.acquire("r", A_MINUTE)),
                assertThrows(IllegalStateException.class, () -> locks.tryAcquire("r")),
                assertThrows(IllegalStateException.class, () -> locks.withLock("r", A_MINUTE, LockHandle::name)),
                assertThrows(IllegalStateException.class, () -> locks.isLocked("r")),
                assertThrows(IllegalStateException.class, lock::release),
                assertThrows(IllegalStateException.class, lock::close),
                assertThrows(IllegalStateException.class, locks::close))));
        for (IllegalStateException refusal : await(refusals.future())) {
            assertTrue(refusal.getMessage().contains("io.holdfast.client.LockClient"), refusal::getMessage);
        }
        assertTrue(lock.isHeld());
        assertEquals(List.of("acquire"), fixture.server.calls());
    }

    @Test
    void statusAndIsLockedAsk() throws Exception {
        fixture.server.then(
                answer(200, "{\"isLocked\":true,\"resourceName\":\"r\",\"clientId\":\"c\"}"),
                answer(200, "{\"isLocked\":false,\"resourceName\":\"r\"}"),
                garbage());
        assertEquals("c", fixture.locks.status("r").clientId());
        assertFalse(fixture.locks.isLocked("r"));
        assertThrows(LockUnavailableException.class, () -> fixture.locks.isLocked("r"));
        StubLockServer.Request first = fixture.server.requests().get(0);
        assertEquals("GET /api/lock/status/r", first.method() + " " + first.path());
    }
}
