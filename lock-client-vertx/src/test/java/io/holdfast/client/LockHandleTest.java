package io.holdfast.client;

import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.delayed;
import static io.holdfast.client.StubLockServer.garbage;
import static io.holdfast.client.StubLockServer.half;
import static io.holdfast.client.StubLockServer.reset;
import static io.holdfast.client.StubLockServer.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.LockAnswer;
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
final class LockHandleTest {
    private static final Duration BEAT = Duration.ofSeconds(15);
    private static final LockAnswer BEATEN = LockAnswer.heartbeatReceived("secret-token");
    private static final StubLockServer.Reaction DOWN =
            answer(LockAnswer.unavailable(UnavailableReason.DRAINING, 1_000));

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
    void aConfirmedHeartbeatRenewsTheLeaseFromItsSendTime() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(answer(BEATEN));
        fixture.advance(BEAT);
        assertEquals(List.of("acquire", "heartbeat"), fixture.server.calls());
        assertEquals(Duration.ofMillis(40_500), handle.remaining());
    }

    @Test
    void aFailedHeartbeatIsRepeatedUntilItSucceeds() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(DOWN, reset(), garbage(), half(BEATEN), answer(BEATEN));
        fixture.advance(BEAT);
        for (int i = 0; i < 4; i++) {
            fixture.advance(Duration.ofSeconds(5));
        }
        assertEquals(6, fixture.server.requests().size());
        assertEquals(HoldState.HELD, handle.state());
        assertEquals(Duration.ofMillis(40_500), handle.remaining());
    }

    @Test
    void c2_noSecondHeartbeatWhileOneIsUnderWay() throws Exception {
        fixture.held();
        fixture.server.then(silence(), answer(BEATEN));
        fixture.advanceWithoutAnswers(BEAT);
        fixture.server.awaitRequest(2);
        fixture.advanceWithoutAnswers(Duration.ofMillis(4_900));
        assertEquals(2, fixture.server.requests().size());
        // Here its time-out ends it, and the back-off begins.
        fixture.advanceWithoutAnswers(Duration.ofMillis(200));
        fixture.advance(Duration.ofSeconds(1));
        assertEquals(List.of("acquire", "heartbeat", "heartbeat"), fixture.server.calls());
    }

    @Test
    void aSilentServerMeansAtRiskAndThenLost() throws Exception {
        LockHandle handle = fixture.held();
        Future<LossReason> lost = handle.lost();
        fixture.server.then(DOWN, DOWN);
        fixture.advance(BEAT);
        assertEquals(HoldState.HELD, handle.state());
        fixture.advance(Duration.ofSeconds(12));
        assertEquals(HoldState.AT_RISK, handle.state());
        assertTrue(handle.isHeld());
        fixture.advance(Duration.ofMillis(13_500));
        assertEquals(HoldState.LOST, handle.state());
        assertEquals(LossReason.UNREACHABLE, await(lost));
    }

    @Test
    void c3_isHeldIsRightWhileTheEventLoopIsStuck() throws Exception {
        LockHandle handle = fixture.held();
        fixture.skip(Duration.ofMillis(40_499));
        assertTrue(handle.isHeld());
        fixture.skip(Duration.ofMillis(1));
        assertFalse(handle.isHeld());
        assertEquals(Duration.ZERO, handle.remaining());
        assertEquals(HoldState.LOST, handle.state());
    }

    @Test
    void aHeartbeatAnsweredNotFoundMeansExpired() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(answer(LockAnswer.notFound()));
        fixture.advance(BEAT);
        assertEquals(LossReason.EXPIRED, await(handle.lost()));
        assertFalse(handle.isHeld());
    }

    @Test
    void aHeartbeatAnsweredInvalidTokenMeansNotHeld() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(answer(LockAnswer.invalidToken()));
        fixture.advance(BEAT);
        assertEquals(LossReason.NOT_HELD, await(handle.lost()));
    }

    @Test
    void aBrokenLockSaysSo() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(
                answer(404, "{\"success\":false,\"status\":\"NotFound\",\"message\":\"\",\"reason\":\"BROKEN\"}"));
        fixture.advance(BEAT);
        assertEquals(LossReason.BROKEN, await(handle.lost()));
    }

    @Test
    void c4_ensureHeldThrowsWhenTooLittleIsLeft() throws Exception {
        LockHandle handle = fixture.held();
        handle.ensureHeld(Duration.ofSeconds(40));
        fixture.skip(Duration.ofSeconds(1));
        LockLostException tooLittle =
                assertThrows(LockLostException.class, () -> handle.ensureHeld(Duration.ofSeconds(40)));
        assertEquals(LossReason.EXPIRED, tooLittle.reason());
        fixture.skip(Duration.ofSeconds(60));
        LockLostException lost = assertThrows(LockLostException.class, () -> handle.ensureHeld(Duration.ZERO));
        assertEquals(LossReason.UNREACHABLE, lost.reason());
        assertEquals(ClientFixture.FENCE, lost.fencingToken().orElseThrow());
        assertFalse(lost.toString().contains("secret"));
    }

    @Test
    void c5_noHeartbeatAfterReleaseBegan() throws Exception {
        LockHandle handle = fixture.held();
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), answer(LockAnswer.released())));
        Future<ReleaseResult> release = handle.release();
        assertFalse(handle.isHeld());
        fixture.server.awaitRequest(2);
        fixture.advanceWithoutAnswers(Duration.ofMillis(4_900));
        later.complete();
        assertEquals(ReleaseResult.RELEASED, await(release));
        fixture.advance(BEAT);
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
        assertEquals(HoldState.RELEASED, handle.state());
        assertFalse(handle.lost().isComplete());
    }

    @Test
    void c5_theAnswerToAHeartbeatUnderWayIsIgnoredAfterRelease() throws Exception {
        LockHandle handle = fixture.held();
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), answer(LockAnswer.notFound())), answer(LockAnswer.released()));
        fixture.advanceWithoutAnswers(BEAT);
        fixture.server.awaitRequest(2);
        assertEquals(ReleaseResult.RELEASED, await(handle.release()));
        later.complete();
        fixture.settle();
        assertEquals(HoldState.RELEASED, handle.state());
    }

    @Test
    void c5_releasingTwiceIsOneRequestAndOneAnswer() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(answer(LockAnswer.released()));
        assertEquals(ReleaseResult.RELEASED, await(handle.release()));
        assertEquals(ReleaseResult.RELEASED, await(handle.release()));
        assertEquals(2, fixture.server.requests().size());
    }

    @Test
    void c5_releasingALostLockSaysSo() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(answer(LockAnswer.notFound()));
        fixture.advance(BEAT);
        assertEquals(ReleaseResult.ALREADY_LOST, await(handle.release()));
        assertEquals(List.of("acquire", "heartbeat"), fixture.server.calls());
    }

    @Test
    void releasingALockLostBySilenceAlsoTellsTheServer() throws Exception {
        LockHandle handle = fixture.held();
        fixture.skip(Duration.ofSeconds(41));
        fixture.server.then(answer(LockAnswer.released()));
        assertEquals(ReleaseResult.ALREADY_LOST, await(handle.release()));
        fixture.settle();
        assertEquals(List.of("acquire", "release"), fixture.server.calls());
        assertEquals(LossReason.UNREACHABLE, await(handle.lost()));
    }

    @Test
    void aReleaseThatFindsNothingTellsTheLoss() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(answer(LockAnswer.notFound()));
        assertEquals(ReleaseResult.NOT_HELD, await(handle.release()));
        assertEquals(LossReason.NOT_HELD, await(handle.lost()));
    }

    @Test
    void aReleaseWithoutAnswerIsRepeatedAndThenNothingFoundIsSuccess() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(reset(), answer(LockAnswer.notFound()));
        Future<ReleaseResult> release = handle.release();
        fixture.settle();
        fixture.advance(Duration.ofSeconds(1));
        assertEquals(ReleaseResult.RELEASED, await(release));
        assertFalse(handle.lost().isComplete());
    }

    /** Once it was given up after a third of a second, and the lock stayed held as long as its session lived. */
    @Test
    void aReleaseNobodyAnswersEndsAsUnknownAndGoesOnBehindTheCallersBack() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(reset(), garbage(), half(LockAnswer.released()), reset(), answer(LockAnswer.released()));
        Future<ReleaseResult> release = handle.release();
        fixture.settle();
        for (int second = 1; second < Errand.ATTEMPTS_AWAITED; second++) {
            assertFalse(release.isComplete());
            fixture.advance(Duration.ofSeconds(1));
        }
        assertEquals(ReleaseResult.UNKNOWN, await(release));
        fixture.advance(Duration.ofSeconds(1));
        fixture.advance(Duration.ofSeconds(1));
        fixture.advance(Duration.ofSeconds(5));
        assertEquals(List.of("acquire", "release", "release", "release", "release", "release"), fixture.server.calls());
    }

    @Test
    void aReleaseIsNotRepeatedWhenItsLeaseHasEndedAnyway() throws Exception {
        LockHandle handle = fixture.held();
        fixture.server.then(reset(), reset(), reset());
        Future<ReleaseResult> release = handle.release();
        fixture.settle();
        fixture.skip(Duration.ofSeconds(45));
        fixture.advance(Duration.ofSeconds(1));
        fixture.advance(Duration.ofSeconds(1));
        assertEquals(ReleaseResult.UNKNOWN, await(release));
        fixture.advance(Duration.ofSeconds(5));
        assertEquals(List.of("acquire", "release", "release", "release"), fixture.server.calls());
    }

    @Test
    void theTimerRunsOnlyWhileSomethingIsHeld() throws Exception {
        LockHandle handle = fixture.held();
        assertTrue(await(fixture.client.isTicking()));
        fixture.server.then(answer(LockAnswer.released()));
        await(handle.release());
        await(fixture.client.tick());
        assertFalse(await(fixture.client.isTicking()));
    }

    @Test
    void heartbeatsDoNotQueueBehindRequestsForMoreLocks() throws Exception {
        fixture.held();
        int connections = HttpTransport.CONNECTIONS_PER_ENDPOINT;
        for (int i = 0; i < 2 * connections; i++) {
            fixture.server.then(silence());
            fixture.client.tryAcquire("other" + i);
        }
        fixture.server.awaitRequest(1 + connections);
        fixture.advanceWithoutAnswers(BEAT);
        assertEquals(
                "/api/lock/heartbeat",
                fixture.server.awaitRequest(2 + connections).path());
    }

    @Test
    void theRealTimerDoesWhatIsDue() throws Exception {
        LockClient client = fixture.client(List.of(fixture.server.endpoint()), 1);
        fixture.server.then(answer(ClientFixture.GRANT), answer(BEATEN));
        await(client.tryAcquire("r"));
        fixture.skip(BEAT);
        assertEquals("/api/lock/heartbeat", fixture.server.awaitRequest(2).path());
    }

    @Test
    void aBaseServerGivesADefaultLeaseAndNoFencingToken() throws Exception {
        fixture.server.then(answer(
                200, "{\"success\":true,\"status\":\"Acquired\",\"lockToken\":\"secret-token\",\"message\":\"ok\"}"));
        LockHandle handle = await(fixture.client.tryAcquire("r")).orElseThrow();
        assertEquals(Duration.ofMillis(40_500), handle.remaining());
        assertThrows(UnsupportedOperationException.class, handle::fencingToken);
        assertFalse(handle.toString().contains("secret"));
        assertEquals("secret-token", handle.token());
    }
}
