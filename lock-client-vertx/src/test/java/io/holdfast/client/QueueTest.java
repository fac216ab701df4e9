package io.holdfast.client;

import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.ClientFixture.failure;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.delayed;
import static io.holdfast.client.StubLockServer.grant;
import static io.holdfast.client.StubLockServer.reset;
import static io.holdfast.client.StubLockServer.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting in a server's line. */
@Timeout(20)
final class QueueTest {
    private static final StubLockServer.Reaction CANCELLED = answer(LockAnswer.cancelled());
    private static final LockRequest A_MINUTE = LockRequest.exclusive("r").withWait(Duration.ofMinutes(1));

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
    void theWaitIsAskedForInSlicesThatASoonEndingLeaseShortens() throws Exception {
        fixture.server.then(silence(), silence());
        fixture.client.acquire(A_MINUTE);
        assertTrue(fixture.server.awaitRequest(1).body().contains("\"waitMs\":20000"));
        fixture.client.acquire(A_MINUTE.withTtl(Duration.ofSeconds(2)));
        assertTrue(fixture.server.awaitRequest(2).body().contains("\"waitMs\":10000"));
    }

    @Test
    void theNextSliceIsAskedForASecondBeforeTheFirstEndsAndTheOlderAnswerIsIgnored() throws Exception {
        Promise<Void> replaced = Promise.promise();
        Promise<Void> later = Promise.promise();
        fixture.server.then(
                delayed(replaced.future(), answer(LockAnswer.queued(3, 1))),
                delayed(later.future(), grant("secret-token", 8, 45_000, 1_000)));
        Future<LockHandle> acquire = fixture.client.acquire(A_MINUTE);
        String requestId = fixture.server.awaitRequest(1).requestId();
        fixture.advanceWithoutAnswers(Duration.ofMillis(18_999));
        assertEquals(1, fixture.server.requests().size());
        fixture.advanceWithoutAnswers(Duration.ofMillis(1));
        assertEquals(requestId, fixture.server.awaitRequest(2).requestId());
        replaced.complete();
        fixture.advanceWithoutAnswers(Duration.ofSeconds(1));
        assertFalse(acquire.isComplete());
        later.complete();
        assertTrue(await(acquire).isHeld());
        assertEquals(List.of("acquire", "acquire"), fixture.server.calls());
    }

    @Test
    void c1_theDeadlineCountsTheWaitAtItsSlowest() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), grant("secret-token", 8, 45_000, 10_000)));
        Future<LockHandle> acquire = fixture.client.acquire(A_MINUTE);
        fixture.server.awaitRequest(1);
        fixture.advanceWithoutAnswers(Duration.ofSeconds(10));
        later.complete();
        assertEquals(Duration.ofSeconds(40), await(acquire).remaining());
    }

    @Test
    void c1_aServerThatSaysItWaitedForEverMovesNoDeadline() throws Exception {
        fixture.server.then(grant("secret-token", 8, 45_000, Long.MAX_VALUE));
        assertEquals(
                Duration.ofMillis(40_500),
                await(fixture.client.acquire(A_MINUTE)).remaining());
    }

    @Test
    void c6_theEndOfTheWaitIsCancelledOnTheServer() throws Exception {
        fixture.server.then(silence(), CANCELLED);
        Future<LockHandle> acquire = fixture.client.acquire(A_MINUTE.withWait(Duration.ofSeconds(10)));
        String requestId = fixture.server.awaitRequest(1).requestId();
        fixture.advanceWithoutAnswers(Duration.ofSeconds(10));
        LockRefusedException refused = assertInstanceOf(LockRefusedException.class, failure(acquire));
        assertEquals(Status.TIMEOUT, refused.status());
        assertTrue(refused.getMessage().contains("10000 ms"), refused::getMessage);
        assertFalse(refused.toString().contains(requestId));
        assertEquals(requestId, fixture.server.requests().get(1).requestId());
        assertEquals(List.of("acquire", "cancel"), fixture.server.calls());
        fixture.settle();
    }

    @Test
    void c6_aCancelWithoutAnswerLeavesTheOutcomeUnknown() throws Exception {
        fixture.server.then(silence(), silence());
        Future<LockHandle> acquire = fixture.client.acquire(A_MINUTE.withWait(Duration.ofSeconds(10)));
        fixture.server.awaitRequest(1);
        fixture.advanceWithoutAnswers(Duration.ofSeconds(10));
        fixture.server.awaitRequest(2);
        fixture.advanceWithoutAnswers(Duration.ofSeconds(5));
        assertInstanceOf(LockOutcomeUnknownException.class, failure(acquire));
    }

    @Test
    void c6_aPlaceKeptAtTheEndOfTheWaitIsCancelled() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), answer(LockAnswer.queued(3, 2))), CANCELLED);
        Future<LockHandle> acquire = fixture.client.acquire(A_MINUTE.withWait(Duration.ofSeconds(2)));
        fixture.server.awaitRequest(1);
        fixture.advanceWithoutAnswers(Duration.ofSeconds(2));
        assertFalse(acquire.isComplete());
        later.complete();
        LockRefusedException refused = assertInstanceOf(LockRefusedException.class, failure(acquire));
        assertTrue(refused.getMessage().contains("place in line was 2"), refused::getMessage);
        assertEquals(List.of("acquire", "cancel"), fixture.server.calls());
    }

    @Test
    void c6_givingUpCancelsAtOnceAndAGrantUnderWayIsLeftToTheCancel() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), grant("secret-token", 8, 45_000, 0)), CANCELLED);
        PendingLock pending = fixture.client.begin(A_MINUTE);
        fixture.server.awaitRequest(1);
        Future<Void> givenUp = pending.giveUp();
        assertInstanceOf(CancellationException.class, failure(pending.future()));
        await(givenUp);
        later.complete();
        await(fixture.client.close());
        assertEquals(List.of("acquire", "cancel"), fixture.server.calls());
    }

    @Test
    void c6_givingUpWhatWasGrantedReleasesIt() throws Exception {
        fixture.server.then(grant("secret-token", 8, 45_000, 0), answer(LockAnswer.released()));
        PendingLock pending = fixture.client.begin(A_MINUTE);
        LockHandle handle = await(pending.future());
        await(pending.giveUp());
        await(pending.giveUp());
        assertFalse(handle.isHeld());
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
    }

    @Test
    void c6_closingCancelsWhatIsWaitedFor() throws Exception {
        fixture.server.then(silence(), CANCELLED);
        Future<LockHandle> acquire = fixture.client.acquire(A_MINUTE);
        fixture.server.awaitRequest(1);
        await(fixture.client.close());
        assertInstanceOf(IllegalStateException.class, failure(acquire));
        assertEquals(List.of("acquire", "cancel"), fixture.server.calls());
    }

    @Test
    void c7_aBrokenConnectionIsReattachedWithTheSameId() throws Exception {
        fixture.server.then(reset(), grant("secret-token", 8, 45_000, 0));
        Future<LockHandle> acquire = fixture.client.acquire(A_MINUTE);
        fixture.settle();
        fixture.advance(Duration.ofMillis(50));
        assertTrue(await(acquire).isHeld());
        List<StubLockServer.Request> requests = fixture.server.requests();
        assertEquals(requests.get(0).requestId(), requests.get(1).requestId());
    }

    @Test
    void aServerThatCannotServeMeanwhileIsAskedAgainWithTheSameId() throws Exception {
        fixture.server.then(
                answer(LockAnswer.queued(1, 1)),
                answer(LockAnswer.unavailable(UnavailableReason.RECOVERING, 1_000)),
                grant("secret-token", 8, 45_000, 0));
        Future<LockHandle> acquire = fixture.client.acquire(A_MINUTE);
        fixture.settle();
        fixture.advance(Duration.ofSeconds(1));
        fixture.advance(Duration.ofSeconds(1));
        assertTrue(await(acquire).isHeld());
        assertEquals(
                1,
                fixture.server.requests().stream()
                        .map(StubLockServer.Request::requestId)
                        .distinct()
                        .count());
    }

    @Test
    void aPlaceThatWasGivenAwayIsAskedForAnewUnderAnotherId() throws Exception {
        fixture.server.then(answer(LockAnswer.ended("Abandoned")), grant("secret-token", 8, 45_000, 0));
        Future<LockHandle> acquire = fixture.client.acquire(A_MINUTE);
        fixture.settle();
        fixture.advance(Duration.ofMillis(50));
        assertTrue(await(acquire).isHeld());
        List<StubLockServer.Request> requests = fixture.server.requests();
        assertNotEquals(requests.get(0).requestId(), requests.get(1).requestId());
    }

    @Test
    void aSetIsOneRequestOneHandleAndOneRelease() throws Exception {
        fixture.server.then(grant("secret-token", 8, 45_000, 0), answer(LockAnswer.released()));
        LockHandle handle = await(fixture.client.acquireAll(
                List.of(LockRequest.exclusive("a"), LockRequest.permits("b", 1, 3)), AcquireOptions.defaults()));
        assertEquals(List.of("a", "b"), handle.names());
        assertEquals(ReleaseResult.RELEASED, await(handle.release()));
        StubLockServer.Request acquire = fixture.server.awaitRequest(1);
        assertEquals("/api/lock/acquire-all", acquire.path());
        assertTrue(
                acquire.body()
                        .startsWith(
                                "{\"resources\":[{\"resourceName\":\"a\"},{\"resourceName\":\"b\",\"permits\":1,\"limit\":3}]"));
        assertTrue(fixture.server.awaitRequest(2).body().contains("\"resourceName\":\"a\""));
    }

    @Test
    void aServerThatKnowsNoSetsRefusesThem() throws Exception {
        fixture.server.then(answer(404, ""));
        LockRefusedException refused = assertInstanceOf(
                LockRefusedException.class,
                failure(fixture.client.acquireAll(
                        List.of(LockRequest.exclusive("a"), LockRequest.exclusive("b")), AcquireOptions.defaults())));
        assertEquals(Status.UNKNOWN_PATH, refused.status());
    }
}
