package io.holdfast.client;

import static io.holdfast.client.ClientFixture.GRANT;
import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.ClientFixture.failure;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.delayed;
import static io.holdfast.client.StubLockServer.reset;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.StatusAnswer;
import io.holdfast.protocol.UnavailableReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class AcquireTest {
    private static final StubLockServer.Reaction BUSY = answer(LockAnswer.busy("r"));
    private static final AcquireOptions TWO_SECONDS = AcquireOptions.defaults().withWaitLimit(Duration.ofSeconds(2));

    private ClientFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new ClientFixture();
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void itKeepsTryingUntilTheLockIsFree() throws Exception {
        fixture.server.then(BUSY, answer(LockAnswer.unavailable(UnavailableReason.STARTING, 100)), BUSY, answer(GRANT));
        Future<LockHandle> acquire = fixture.client.acquire("r", TWO_SECONDS);
        fixture.settle();
        for (int i = 0; i < 3; i++) {
            assertFalse(acquire.isComplete());
            fixture.advance(Duration.ofMillis(200));
        }
        assertTrue(await(acquire).isHeld());
    }

    @Test
    void aServerThatAsksToBeLeftAloneIsLeftAlone() throws Exception {
        fixture.server.then(answer(LockAnswer.unavailable(UnavailableReason.RECOVERING, 1_500)), answer(GRANT));
        Future<LockHandle> acquire = fixture.client.acquire("r", TWO_SECONDS);
        fixture.settle();
        fixture.advance(Duration.ofMillis(1_499));
        assertEquals(1, fixture.server.requests().size());
        fixture.advance(Duration.ofMillis(1));
        assertTrue(await(acquire).isHeld());
    }

    @Test
    void theBackOffSparesTheServer() throws Exception {
        fixture.server.then(BUSY, BUSY);
        Future<LockHandle> acquire = fixture.client.acquire("r", TWO_SECONDS);
        fixture.settle();
        fixture.advance(Duration.ofMillis(24));
        assertEquals(1, fixture.server.requests().size());
        fixture.advance(Duration.ofMillis(26));
        assertEquals(2, fixture.server.requests().size());
        assertFalse(acquire.isComplete());
    }

    @Test
    void theWaitLimitEndsWithATimeOutAndSaysHowLongItWaited() throws Exception {
        fixture.server.then(BUSY, BUSY);
        Future<LockHandle> acquire = fixture.client.acquire("r", TWO_SECONDS);
        fixture.settle();
        fixture.advance(Duration.ofMillis(1_950));
        fixture.advance(Duration.ofMillis(50));
        LockRefusedException refused = assertInstanceOf(LockRefusedException.class, failure(acquire));
        assertEquals(Status.TIMEOUT, refused.status());
        assertTrue(refused.toString().contains("2000 ms"), refused::toString);
    }

    @Test
    void c6_aGrantAfterTheWaitLimitIsGivenBack() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.then(BUSY, delayed(later.future(), answer(GRANT)), answer(LockAnswer.released()));
        Future<LockHandle> acquire = fixture.client.acquire("r", TWO_SECONDS);
        fixture.settle();
        fixture.advanceWithoutAnswers(Duration.ofSeconds(1));
        fixture.server.awaitRequest(2);
        fixture.advanceWithoutAnswers(Duration.ofSeconds(1));
        assertInstanceOf(LockRefusedException.class, failure(acquire));
        later.complete();
        fixture.settle();
        assertEquals(List.of("acquire", "acquire", "release"), fixture.server.calls());
    }

    @Test
    void anUnknownOutcomeIsNotTriedAgain() throws Exception {
        fixture.server.then(BUSY, reset());
        Future<LockHandle> acquire = fixture.client.acquire("r", TWO_SECONDS);
        fixture.settle();
        fixture.advance(Duration.ofSeconds(1));
        assertInstanceOf(LockOutcomeUnknownException.class, failure(acquire));
        fixture.advance(Duration.ofSeconds(2));
        assertEquals(2, fixture.server.requests().size());
    }

    @Test
    void theTtlIsAskedFor() throws Exception {
        fixture.server.then(answer(LockAnswer.acquired("secret-token", 8, 10_000, 10_000)));
        LockHandle handle = await(fixture.client.acquire("r", TWO_SECONDS.withTtl(Duration.ofSeconds(10))));
        assertTrue(fixture.server.requests().get(0).body().contains("\"ttlMs\":10000"));
        assertEquals(Duration.ofSeconds(9), handle.remaining());
    }

    @Test
    void statusAsksByOnePathSegment() throws Exception {
        fixture.server.then(
                answer(200, "{\"isLocked\":true,\"resourceName\":\"a/..\",\"clientId\":\"c\"}"),
                answer(200, "{\"isLocked\":false,\"resourceName\":\"a/..\"}"),
                answer(LockAnswer.unavailable(UnavailableReason.STARTING, 1_000)),
                reset());
        StatusAnswer status = await(fixture.client.status("a/.."));
        assertEquals("c", status.clientId());
        assertFalse(await(fixture.client.isLocked("a/..")));
        assertEquals(
                "/api/lock/status/a%2F%2E%2E", fixture.server.requests().get(0).path());
        assertInstanceOf(LockUnavailableException.class, failure(fixture.client.isLocked("r")));
        assertInstanceOf(LockUnavailableException.class, failure(fixture.client.isLocked("r")));
    }

    @Test
    void closingReleasesWhatIsHeldAndGivesUpWhatIsNot() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(BUSY, answer(LockAnswer.released()));
        Future<LockHandle> acquire = fixture.client.acquire("other", TWO_SECONDS);
        fixture.settle();
        await(fixture.client.close());
        assertEquals(HoldState.RELEASED, handle.state());
        assertInstanceOf(IllegalStateException.class, failure(acquire));
        assertInstanceOf(IllegalStateException.class, failure(fixture.client.tryAcquire("r")));
        assertEquals(List.of("acquire", "acquire", "release"), fixture.server.calls());
        await(fixture.client.close());
    }

    @Test
    void c6_aGrantWhileClosingIsGivenBack() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.then(
                delayed(later.future(), answer(GRANT)),
                answer(LockAnswer.refused(Status.UNKNOWN_PATH, "no such call")),
                answer(LockAnswer.released()));
        Future<LockHandle> acquire = fixture.client.acquire("r", TWO_SECONDS);
        fixture.server.awaitRequest(1);
        Future<Void> close = fixture.client.close();
        assertInstanceOf(IllegalStateException.class, failure(acquire));
        fixture.server.awaitRequest(2);
        later.complete();
        await(close);
        assertEquals(List.of("acquire", "cancel", "release"), fixture.server.calls());
    }

    @Test
    void c6_onTheBaseAGrantThatTimedOutAndComesWhileClosingIsGivenBack() throws Exception {
        fixture.knowBase();
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), answer(GRANT)), answer(LockAnswer.released()));
        Future<LockHandle> acquire = fixture.client.acquire("r", TWO_SECONDS);
        fixture.server.awaitRequest(2);
        fixture.advance(Duration.ofSeconds(5));
        assertInstanceOf(LockOutcomeUnknownException.class, failure(acquire));
        Future<Void> close = fixture.client.close();
        later.complete();
        await(close);
        assertEquals(List.of("acquire", "acquire", "release"), fixture.server.calls());
    }
}
