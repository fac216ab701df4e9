package io.holdfast.client;

import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.ClientFixture.failure;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.beaten;
import static io.holdfast.client.StubLockServer.delayed;
import static io.holdfast.client.StubLockServer.garbage;
import static io.holdfast.client.StubLockServer.grant;
import static io.holdfast.client.StubLockServer.opened;
import static io.holdfast.client.StubLockServer.reset;
import static io.holdfast.client.StubLockServer.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LostLock;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client's session against a server that does what the test wrote down. */
@Timeout(20)
final class SessionTest {
    private static final Duration BEAT = Duration.ofSeconds(15);
    private static final StubLockServer.Reaction OPENED = opened("session-1");
    private static final StubLockServer.Reaction BEATEN = beaten(0, List.of(), List.of());
    private static final StubLockServer.Reaction GONE =
            answer(LockAnswer.refused(Status.SESSION_NOT_FOUND, "There is no such session"));
    private static final StubLockServer.Reaction CLOSED =
            answer(LockAnswer.refused(Status.CLOSED, "Session closed successfully"));
    private static final StubLockServer.Reaction DOWN = answer(LockAnswer.unavailable(UnavailableReason.DRAINING, 10));

    private ClientFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new ClientFixture();
        fixture.server.withSessions();
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private static StubLockServer.Reaction granted(long fence) {
        return grant("token-" + fence, fence, 45_000, 0);
    }

    private static LostLock broken(String name, long fence) {
        return new LostLock(name, fence, LockAnswer.BROKEN, "the host is gone");
    }

    /** A lock in a session; the first one opens it. */
    private LockHandle held(String name, long fence) throws Exception {
        if (fixture.server.requests().isEmpty()) {
            fixture.server.then(OPENED);
        }
        fixture.server.then(granted(fence));
        return await(fixture.client.tryAcquire(name)).orElseThrow();
    }

    private StubLockServer.Request request(int count) {
        return fixture.server.requests().get(count - 1);
    }

    @Test
    void theFirstAcquireOpensTheSessionAndAllLocksLiveInIt() throws Exception {
        held("a", 1);
        held("b", 2);
        assertEquals(List.of("open", "acquire", "acquire"), fixture.server.calls());
        assertEquals("{\"clientId\":\"tester\"}", request(1).body());
        for (int i = 2; i <= 3; i++) {
            assertTrue(
                    request(i).body().contains("\"sessionId\":\"session-1\""),
                    request(i).body());
            assertFalse(request(i).body().contains("ttlMs"));
        }
    }

    /** With a heartbeat for each lock there would be a hundred and one requests. */
    @Test
    void c2_oneHeartbeatKeepsAllTheLocks() throws Exception {
        List<LockHandle> locks = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            locks.add(held("r" + i, i));
        }
        fixture.server.then(BEATEN, BEATEN);
        fixture.advance(BEAT);
        assertEquals(102, fixture.server.requests().size());
        assertEquals("{\"sessionId\":\"session-1\"}", request(102).body());
        for (LockHandle lock : locks) {
            assertEquals(Duration.ofMillis(40_500), lock.remaining());
        }
        fixture.advance(BEAT);
        assertEquals("heartbeat", fixture.server.calls().get(102));
    }

    @Test
    void c2_aFailedHeartbeatIsRepeatedInsideTheDeadline() throws Exception {
        LockHandle lock = held("r", 1);
        fixture.server.then(DOWN, reset(), garbage(), answer(200, "{\"status\":\"HeartbeatReceived\"}"), BEATEN);
        fixture.advance(BEAT);
        for (int i = 0; i < 4; i++) {
            fixture.advance(Duration.ofSeconds(5));
        }
        assertEquals(7, fixture.server.requests().size());
        assertEquals(HoldState.HELD, lock.state());
        assertEquals(Duration.ofMillis(40_500), lock.remaining());
    }

    /** If acquiring renewed the session, the second handle would be held until 55.5 s. */
    @Test
    void c1_aLockHasItsSessionsDeadlineAndAcquiringRenewsNothing() throws Exception {
        LockHandle first = held("a", 1);
        fixture.skip(Duration.ofSeconds(14));
        LockHandle second = held("b", 2);
        assertEquals(Duration.ofMillis(26_500), first.remaining());
        assertEquals(first.remaining(), second.remaining());
    }

    @Test
    void aLockWithATtlOfItsOwnIsNotInTheSession() throws Exception {
        fixture.server.then(granted(1), answer(LockAnswer.heartbeatReceived("token-1")));
        LockRequest request = LockRequest.exclusive("r").withTtl(Duration.ofSeconds(45));
        assertTrue(await(fixture.client.tryAcquire(request)).isPresent());
        fixture.advance(BEAT);
        assertEquals(List.of("acquire", "/api/lock/heartbeat"), paths());
        assertFalse(request(1).body().contains("sessionId"));
    }

    @Test
    void sessionsCanBeSwitchedOffAndHaveALength() throws Exception {
        LockClient without = fixture.client(fixture.options().withSessions(false), 86_400_000);
        fixture.server.then(granted(1));
        await(without.tryAcquire("a"));
        LockClient with = fixture.client(fixture.options().withSessionTtl(Duration.ofSeconds(10)), 86_400_000);
        fixture.server.then(OPENED, granted(2));
        await(with.tryAcquire("b"));
        assertEquals(List.of("acquire", "open", "acquire"), fixture.server.calls());
        assertEquals("{\"clientId\":\"tester\",\"ttlMs\":10000}", request(2).body());
    }

    @Test
    void aLengthTheServerDoesNotLikeIsARefusal() throws Exception {
        LockClient client = fixture.client(fixture.options().withSessionTtl(Duration.ofHours(20)), 86_400_000);
        fixture.server.then(answer(LockAnswer.refused(Status.BAD_REQUEST, "ttlMs must be between 1000 and 120000")));
        LockRefusedException refused =
                assertInstanceOf(LockRefusedException.class, failure(client.acquire(LockRequest.exclusive("r"))));
        assertEquals(Status.BAD_REQUEST, refused.status());
        assertTrue(refused.getMessage().contains("ttlMs must be"), refused.getMessage());
    }

    /** A client that took any of these for trouble would never get a lock there. */
    @Test
    void c2_aServerWithoutSessionsIsGivenAHeartbeatForEachLock() throws Exception {
        List<StubLockServer.Reaction> waysToSayNo = List.of(
                answer(LockAnswer.refused(Status.UNKNOWN_PATH, "There is no such endpoint")),
                answer(404, "<html>not found</html>"),
                answer(404, ""),
                answer(405, "no"),
                answer(LockAnswer.refused(Status.BAD_REQUEST, "resourceName is missing")),
                answer(500, "oops"),
                garbage());
        long fence = 1;
        for (StubLockServer.Reaction no : waysToSayNo) {
            LockClient client = fixture.client(fixture.options(), 86_400_000);
            fixture.server.then(no, granted(fence), granted(fence + 1));
            assertTrue(await(client.tryAcquire("a")).isPresent());
            assertTrue(await(client.tryAcquire("b")).isPresent());
            int count = fixture.server.requests().size();
            assertEquals(
                    List.of("open", "acquire", "acquire"),
                    fixture.server.calls().subList(count - 3, count));
            assertFalse(request(count).body().contains("sessionId"));
            fence += 2;
        }
        LockHandle lock = await(beating(fence)).orElseThrow();
        fixture.server.then(answer(LockAnswer.heartbeatReceived("token-" + fence)));
        fixture.advance(BEAT);
        assertEquals("/api/lock/heartbeat", paths().get(paths().size() - 1));
        assertEquals(Duration.ofMillis(40_500), lock.remaining());
    }

    private Future<Optional<LockHandle>> beating(long fence) {
        fixture.server.then(answer(404, ""), granted(fence));
        return fixture.client.tryAcquire("r");
    }

    @Test
    void aServerWithoutSessionsIsAskedAgainAfterAMinute() throws Exception {
        assertTrue(await(beating(1)).isPresent());
        fixture.skip(Duration.ofSeconds(59));
        fixture.server.then(granted(2));
        await(fixture.client.tryAcquire("b"));
        fixture.skip(Duration.ofSeconds(1));
        fixture.server.then(OPENED, granted(3));
        await(fixture.client.tryAcquire("c"));
        assertEquals(List.of("open", "acquire", "acquire", "open", "acquire"), fixture.server.calls());
    }

    @Test
    void c7_aSessionThatCannotBeOpenedNowIsUnavailableAndAPatientAcquireTriesAgain() throws Exception {
        fixture.server.then(DOWN);
        assertInstanceOf(LockUnavailableException.class, failure(fixture.client.tryAcquire("r")));
        fixture.server.then(DOWN, reset(), OPENED, granted(1));
        Future<LockHandle> acquire = fixture.client.acquire(LockRequest.exclusive("r"));
        fixture.settle();
        for (int i = 0; i < 2; i++) {
            fixture.advance(Duration.ofSeconds(1));
        }
        assertTrue(await(acquire).isHeld());
    }

    /** A try that was cut off once failed, where a lost answer to the acquire itself would have been asked for again. */
    @Test
    void c7_aSessionWhoseOpeningWasNotAnsweredIsOpenedAgainAlsoForATry() throws Exception {
        fixture.server.then(reset(), OPENED, granted(1));
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.server.awaitRequest(1);
        fixture.settle();
        fixture.advance(Duration.ofSeconds(1));
        assertTrue(await(acquire).isPresent());
        assertEquals(List.of("open", "open", "acquire"), fixture.server.calls());
    }

    @Test
    void manyAcquiresAtOnceOpenOneSession() throws Exception {
        fixture.server.then(OPENED, granted(1), granted(2), granted(3));
        List<Future<Optional<LockHandle>>> all = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            all.add(fixture.client.tryAcquire(name));
        }
        await(Future.all(all));
        assertEquals(List.of("open", "acquire", "acquire", "acquire"), fixture.server.calls());
    }

    /** If only the session knew of it, the handles would go on saying that they are held. */
    @Test
    void c3_whenTheSessionIsGoneAllItsLocksAreLostAndTheNextAcquireOpensAnother() throws Exception {
        LockHandle a = held("a", 1);
        LockHandle b = held("b", 2);
        fixture.server.then(GONE);
        fixture.advance(BEAT);
        assertEquals(LossReason.SESSION_CLOSED, await(a.lost()));
        assertEquals(LossReason.SESSION_CLOSED, await(b.lost()));
        assertEquals(HoldState.LOST, b.state());
        fixture.server.then(opened("session-2"), granted(3));
        assertTrue(await(fixture.client.tryAcquire("a")).orElseThrow().isHeld());
        assertTrue(request(6).body().contains("session-2"));
        assertFalse(a.isHeld());
    }

    @Test
    void c3_withoutAConfirmedHeartbeatAllLocksAreAtRiskAndThenLost() throws Exception {
        LockHandle a = held("a", 1);
        LockHandle b = held("b", 2);
        fixture.advance(BEAT);
        fixture.advance(Duration.ofSeconds(12));
        assertEquals(HoldState.AT_RISK, a.state());
        fixture.advance(Duration.ofMillis(13_500));
        assertEquals(LossReason.UNREACHABLE, await(a.lost()));
        assertEquals(LossReason.UNREACHABLE, await(b.lost()));
        int count = fixture.server.requests().size();
        fixture.server.then(opened("session-2"), granted(3));
        assertTrue(await(fixture.client.tryAcquire("c")).orElseThrow().isHeld());
        assertEquals("open", fixture.server.calls().get(count));
    }

    @Test
    void anAcquireAfterTheDeadlineOpensAnotherSessionEvenIfNobodyHasNoticed() throws Exception {
        LockHandle lock = held("a", 1);
        fixture.skip(Duration.ofSeconds(41));
        fixture.server.then(opened("session-2"), granted(2));
        assertTrue(await(fixture.client.tryAcquire("b")).orElseThrow().isHeld());
        assertEquals(LossReason.UNREACHABLE, await(lock.lost()));
    }

    /** Without the news in the session's heartbeats both would be held; without the acknowledgement it would be told for ever. */
    @Test
    void c4_aBrokenLockIsLostAloneAndAcknowledged() throws Exception {
        LockHandle broken = held("a", 1);
        LockHandle other = held("b", 2);
        fixture.server.then(beaten(7, List.of(broken("a", 1)), List.of()), BEATEN);
        fixture.advance(BEAT);
        assertEquals(LossReason.BROKEN, await(broken.lost()));
        LockLostException lost = assertThrows(LockLostException.class, () -> broken.ensureHeld(Duration.ZERO));
        assertTrue(lost.getMessage().contains("BROKEN: the host is gone"), lost.getMessage());
        assertTrue(other.isHeld());
        fixture.advance(BEAT);
        assertEquals("{\"sessionId\":\"session-1\",\"ackSeq\":7}", request(5).body());
        assertEquals(ReleaseResult.ALREADY_LOST, await(broken.release()));
    }

    /** Where the loss was acknowledged and forgotten, the lock would be believed held for as long as the session lives. */
    @Test
    void c3_aLockThatWasBrokenBeforeItsGrantArrivedIsLost() throws Exception {
        LockHandle other = held("a", 1);
        fixture.skip(Duration.ofSeconds(13));
        Promise<Void> later = Promise.promise();
        List<LostLock> both = List.of(broken("b", 2), broken("a", 1));
        fixture.server.then(delayed(later.future(), granted(2)), beaten(2, both, List.of()));
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("b");
        fixture.server.awaitRequest(3);
        fixture.advanceWithoutAnswers(Duration.ofSeconds(2));
        assertEquals(LossReason.BROKEN, await(other.lost()));
        later.complete();
        assertEquals(LossReason.BROKEN, await(await(acquire).orElseThrow().lost()));
    }

    @Test
    void moreLossesThanOneAnswerHoldsAreFetchedAtOnce() throws Exception {
        LockHandle last = held("r", 101);
        List<LostLock> first =
                LongStream.rangeClosed(1, 100).mapToObj(i -> broken("r" + i, i)).toList();
        fixture.server.then(beaten(100, first, List.of()), beaten(101, List.of(broken("r", 101)), List.of()));
        fixture.advance(BEAT);
        for (int tick = 0; tick < 2; tick++) {
            fixture.advance(Duration.ofMillis(50));
        }
        assertEquals("{\"sessionId\":\"session-1\",\"ackSeq\":100}", request(4).body());
        assertEquals(LossReason.BROKEN, await(last.lost()));
    }

    /** If the first answer counted, this lock would be believed in after the grace of its break, which is told next. */
    @Test
    void c1_anAnswerFullOfLossesRenewsNothingUntilTheRestIsKnown() throws Exception {
        LockHandle last = held("r", 101);
        List<LostLock> first =
                LongStream.rangeClosed(1, 100).mapToObj(i -> broken("r" + i, i)).toList();
        fixture.server.then(beaten(100, first, List.of()), DOWN, BEATEN);
        fixture.advance(BEAT);
        for (int tick = 0; tick < 2; tick++) {
            fixture.advance(Duration.ofMillis(50));
        }
        assertEquals(4, fixture.server.requests().size());
        assertTrue(last.isHeld());
        assertEquals(Duration.ofMillis(40_500 - 15_100), last.remaining());
        fixture.advance(BEAT);
        assertTrue(last.remaining().toMillis() > 30_000, last.remaining().toString());
    }

    @Test
    void theHolderIsToldThatOthersWait() throws Exception {
        LockHandle a = held("a", 1);
        LockHandle b = held("b", 2);
        Future<Void> wanted = a.wanted();
        fixture.server.then(beaten(0, List.of(), List.of("a", "unheard of")));
        fixture.advance(BEAT);
        await(wanted);
        assertTrue(a.isHeld());
        assertFalse(b.wanted().isComplete());
    }

    @Test
    void anAcquireWhoseSessionIsGoneIsRepeatedInAnotherOneUnderAnotherRequestId() throws Exception {
        LockHandle old = held("a", 1);
        fixture.server.then(GONE, opened("session-2"), granted(2));
        assertTrue(await(fixture.client.tryAcquire("b")).orElseThrow().isHeld());
        assertEquals(List.of("open", "acquire", "acquire", "open", "acquire"), fixture.server.calls());
        assertTrue(request(5).body().contains("session-2"));
        assertNotEquals(request(3).requestId(), request(5).requestId());
        assertEquals(LossReason.SESSION_CLOSED, await(old.lost()));
    }

    @Test
    void aServerThatNeverKnowsTheSessionIsNotAskedForEver() throws Exception {
        fixture.server.then(OPENED, GONE, opened("session-2"), GONE);
        assertInstanceOf(LockUnavailableException.class, failure(fixture.client.tryAcquire("r")));
        fixture.settle();
        assertEquals(4, fixture.server.requests().size());
    }

    @Test
    void whoWaitsInLineMovesToTheNextSession() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.then(OPENED, delayed(later.future(), GONE), opened("session-2"), granted(2));
        Future<LockHandle> acquire = fixture.client.acquire(LockRequest.exclusive("r"));
        fixture.server.awaitRequest(2);
        later.complete();
        assertTrue(await(acquire).isHeld());
        assertTrue(request(4).body().contains("session-2"));
    }

    /** If closing did not end the session's heartbeats, the one that falls due here would be sent. */
    @Test
    void c5_noHeartbeatAfterClosingBegan() throws Exception {
        LockHandle lock = held("a", 1);
        Promise<Void> later = Promise.promise();
        fixture.skip(Duration.ofSeconds(13));
        fixture.server.then(delayed(later.future(), CLOSED));
        Future<Void> close = fixture.client.close();
        fixture.server.awaitRequest(3);
        assertFalse(lock.isHeld());
        fixture.advanceWithoutAnswers(Duration.ofMillis(4_900));
        later.complete();
        await(close);
        assertEquals(List.of("open", "acquire", "close"), fixture.server.calls());
    }

    @Test
    void c5_closingTheClientClosesTheSessionInsteadOfReleasingLockByLock() throws Exception {
        LockHandle a = held("a", 1);
        LockHandle b = held("b", 2);
        fixture.server.then(reset(), CLOSED);
        Future<Void> close = fixture.client.close();
        fixture.server.awaitRequest(4);
        fixture.settle();
        fixture.advance(Duration.ofSeconds(1));
        await(close);
        assertEquals(List.of("open", "acquire", "acquire", "close", "close"), fixture.server.calls());
        assertEquals(ReleaseResult.RELEASED, await(a.release()));
        assertEquals(HoldState.RELEASED, b.state());
        assertFalse(b.lost().isComplete());
    }

    @Test
    void c5_closingAClientWhoseSessionIsGoneSaysThatTheLocksWereNotHeld() throws Exception {
        LockHandle lock = held("a", 1);
        fixture.server.then(GONE);
        await(fixture.client.close());
        assertEquals(ReleaseResult.NOT_HELD, await(lock.release()));
        assertEquals(HoldState.LOST, lock.state());
    }

    /** Kept, it would have heartbeats for as long as the program runs, or a whole length without. */
    @Test
    void c6_aSessionThatIsOpenedForAClientThatIsClosedMeanwhileIsClosed() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), OPENED), CLOSED);
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.server.awaitRequest(1);
        Future<Void> close = fixture.client.close();
        assertInstanceOf(IllegalStateException.class, failure(acquire));
        later.complete();
        await(close);
        assertEquals(List.of("open", "close"), fixture.server.calls());
    }

    @Test
    void aLockInASessionIsReleasedAloneAndTheSessionGoesOn() throws Exception {
        LockHandle a = held("a", 1);
        LockHandle b = held("b", 2);
        fixture.server.then(answer(LockAnswer.released()), GONE);
        assertEquals(ReleaseResult.RELEASED, await(a.release()));
        assertEquals(
                "{\"resourceName\":\"a\",\"lockToken\":\"token-1\"}", request(4).body());
        fixture.advance(BEAT);
        assertEquals(LossReason.SESSION_CLOSED, await(b.lost()));
        assertEquals(HoldState.RELEASED, a.state());
        assertFalse(a.lost().isComplete());
    }

    @Test
    void aReleaseThatFindsTheLockBrokenSaysSo() throws Exception {
        LockHandle lock = held("a", 1);
        fixture.server.then(answer(LockAnswer.lostByBreak("the host is gone")));
        assertEquals(ReleaseResult.NOT_HELD, await(lock.release()));
        assertEquals(LossReason.BROKEN, await(lock.lost()));
        LockLostException lost = assertThrows(LockLostException.class, () -> lock.ensureHeld(Duration.ZERO));
        assertTrue(lost.getMessage().contains("the host is gone"));
    }

    @Test
    void aGrantForASessionThatWasLostMeanwhileIsGivenBack() throws Exception {
        LockHandle old = held("a", 1);
        Promise<Void> later = Promise.promise();
        fixture.skip(Duration.ofSeconds(13)); // no heartbeat is due yet
        fixture.server.then(
                delayed(later.future(), granted(2)), answer(LockAnswer.released()), opened("session-2"), granted(3));
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("b");
        fixture.server.awaitRequest(3);
        fixture.skip(Duration.ofSeconds(30));
        later.complete();
        assertEquals(3, await(acquire).orElseThrow().fencingToken());
        assertEquals(
                "{\"resourceName\":\"b\",\"lockToken\":\"token-2\"}", request(4).body());
        assertFalse(old.isHeld());
    }

    @Test
    void aSessionThatNobodyUsesForItsWholeLengthIsClosed() throws Exception {
        LockHandle lock = held("a", 1);
        fixture.server.then(answer(LockAnswer.released()), BEATEN, BEATEN, CLOSED);
        await(lock.release());
        for (int i = 0; i < 3; i++) {
            fixture.advance(BEAT);
        }
        int count = fixture.server.requests().size();
        assertEquals("close", fixture.server.calls().get(count - 1));
        await(fixture.client.tick());
        assertFalse(await(fixture.client.isTicking()));
        fixture.server.then(opened("session-2"), granted(2));
        assertTrue(await(fixture.client.tryAcquire("a")).orElseThrow().isHeld());
    }

    @Test
    void aSilentServerDelaysTheFirstAcquireByOneTimeOutOnly() throws Exception {
        fixture.server.then(silence());
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.server.awaitRequest(1);
        fixture.advance(Duration.ofSeconds(5));
        assertInstanceOf(LockUnavailableException.class, failure(acquire));
    }

    private List<String> paths() {
        return fixture.server.requests().stream()
                .map(request -> request.path().replace("/api/lock/acquire", "acquire"))
                .toList();
    }
}
