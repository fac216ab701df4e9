package io.holdfast.client;

import static io.holdfast.client.ClientFixture.GRANT;
import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.ClientFixture.failure;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.delayed;
import static io.holdfast.client.StubLockServer.garbage;
import static io.holdfast.client.StubLockServer.half;
import static io.holdfast.client.StubLockServer.reset;
import static io.holdfast.client.StubLockServer.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class TryAcquireTest {
    private static final Duration TOO_LONG = Duration.ofSeconds(41);

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
    void aGrantIsAHandle() throws Exception {
        LockHandle handle = fixture.held();
        assertEquals("r", handle.name());
        assertEquals("secret-token", handle.token());
        assertEquals(ClientFixture.FENCE, handle.fencingToken());
        assertEquals(HoldState.HELD, handle.state());
        StubLockServer.Request request = fixture.server.awaitRequest(1);
        assertEquals("/api/lock/acquire", request.path());
        assertTrue(
                request.body()
                        .matches("\\{\"resourceName\":\"r\",\"clientId\":\"tester\",\"requestId\":\"[0-9a-f]{32}\"}"),
                request::body);
    }

    @Test
    void busyIsEmpty() throws Exception {
        fixture.server.then(answer(LockAnswer.busy("r")));
        assertEquals(Optional.empty(), await(fixture.client.tryAcquire("r")));
    }

    @Test
    void aRefusalCarriesItsStatus() throws Exception {
        fixture.server.then(answer(LockAnswer.refused(Status.BAD_REQUEST, "no")));
        LockRefusedException refused =
                assertInstanceOf(LockRefusedException.class, failure(fixture.client.tryAcquire("r")));
        assertEquals(Status.BAD_REQUEST, refused.status());
    }

    @Test
    void c7_whenNothingHappenedItIsUnavailable() throws Exception {
        fixture.server.then(
                answer(LockAnswer.unavailable(UnavailableReason.STARTING, 1_000)),
                answer(LockAnswer.refused(Status.LIMIT_EXCEEDED, "slower")));
        assertInstanceOf(LockUnavailableException.class, failure(fixture.client.tryAcquire("r")));
        assertInstanceOf(LockUnavailableException.class, failure(fixture.client.tryAcquire("r")));
        LockClient nobodyThere = fixture.client(List.of(nobody()));
        assertInstanceOf(LockUnavailableException.class, failure(nobodyThere.tryAcquire("r")));
    }

    @Test
    void c7_onTheBaseWhenItMayHaveHappenedTheOutcomeIsUnknown() throws Exception {
        fixture.knowBase();
        List<StubLockServer.Reaction> reactions = List.of(
                reset(),
                garbage(),
                half(GRANT),
                answer(LockAnswer.refused(Status.UNKNOWN, "may be")),
                answer(503, "<html>the proxy is tired</html>"),
                answer(200, "{\"success\":true,\"status\":\"Acquired\",\"message\":\"no token\"}"),
                answer(500, "{\"success\":false,\"status\":\"Busy\",\"message\":\"wrong code\"}"),
                answer(302, ""),
                answer(200, " ".repeat(BoundedBody.MAX_BYTES + 1)));
        for (StubLockServer.Reaction reaction : reactions) {
            fixture.server.then(reaction);
            Throwable failure = failure(fixture.client.tryAcquire("r"));
            assertInstanceOf(LockOutcomeUnknownException.class, failure);
            assertFalse(failure.toString().contains("secret"));
        }
        assertEquals(1 + reactions.size(), fixture.server.requests().size());
    }

    @Test
    void onTheBaseNoAnswerInTimeIsAnUnknownOutcomeAndALateGrantIsGivenBack() throws Exception {
        fixture.knowBase();
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), answer(GRANT)), answer(LockAnswer.released()));
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.server.awaitRequest(2);
        fixture.advance(Duration.ofMillis(5_100));
        assertInstanceOf(LockOutcomeUnknownException.class, failure(acquire));
        later.complete();
        StubLockServer.Request release = fixture.server.awaitRequest(3);
        assertEquals("/api/lock/release", release.path());
        assertTrue(release.body().contains("secret-token"));
    }

    @Test
    void onTheBaseSilenceEndsWithTheTimeOut() throws Exception {
        fixture.knowBase();
        fixture.server.then(silence());
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.server.awaitRequest(2);
        fixture.advanceWithoutAnswers(Duration.ofMillis(4_999));
        assertFalse(acquire.isComplete());
        fixture.advance(Duration.ofMillis(1));
        assertInstanceOf(LockOutcomeUnknownException.class, failure(acquire));
    }

    @Test
    void c1_theDeadlineCountsFromTheSendTime() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), answer(GRANT)));
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.server.awaitRequest(1);
        fixture.skip(Duration.ofSeconds(4));
        later.complete();
        assertEquals(Duration.ofMillis(36_500), await(acquire).orElseThrow().remaining());
    }

    @Test
    void c1_aGrantPastItsDeadlineIsHeldOnlyAfterAHeartbeat() throws Exception {
        fixture.server.then(answer(LockAnswer.heartbeatReceived("secret-token")));
        LockHandle handle = await(grantedTooLate()).orElseThrow();
        assertEquals(List.of("acquire", "heartbeat"), fixture.server.calls());
        assertEquals(Duration.ofMillis(40_500), handle.remaining());
    }

    @Test
    void c1_aGrantPastItsDeadlineThatIsNotConfirmedIsGivenBack() throws Exception {
        fixture.server.then(garbage(), answer(LockAnswer.released()));
        assertInstanceOf(LockUnavailableException.class, failure(grantedTooLate()));
        assertEquals(List.of("acquire", "heartbeat", "release"), fixture.server.calls());
    }

    @Test
    void anEndpointNobodyListensOnIsPassedOver() throws Exception {
        LockClient client = fixture.client(List.of(nobody(), fixture.server.endpoint()));
        fixture.server.then(answer(GRANT));
        assertTrue(await(client.tryAcquire("r")).isPresent());
    }

    @Test
    void anEndpointThatCanDoNothingNowIsNotAskedFirstTheNextTime() throws Exception {
        StubLockServer other = StubLockServer.start(fixture.vertx);
        LockClient client = fixture.client(List.of(fixture.server.endpoint(), other.endpoint()));
        fixture.server.then(answer(LockAnswer.unavailable(UnavailableReason.NO_QUORUM, 1_000)));
        other.then(answer(GRANT));
        assertInstanceOf(LockUnavailableException.class, failure(client.tryAcquire("r")));
        assertTrue(await(client.tryAcquire("r")).isPresent());
    }

    @Test
    void onTheBaseAnAcquireThatMayHaveHappenedIsNotSentToAnotherEndpoint() throws Exception {
        StubLockServer other = StubLockServer.start(fixture.vertx);
        LockClient client = fixture.client(List.of(fixture.server.endpoint(), other.endpoint()));
        fixture.server.then(answer(LockAnswer.busy("r")), reset());
        assertEquals(Optional.empty(), await(client.tryAcquire("r")));
        assertInstanceOf(LockOutcomeUnknownException.class, failure(client.tryAcquire("r")));
        assertEquals(List.of(), other.requests());
    }

    @Test
    void aNameThatIsNoNameIsRefusedAtOnce() {
        for (String name : List.of("", " ", "half \ud800 pair")) {
            assertThrows(IllegalArgumentException.class, () -> fixture.client.tryAcquire(name));
        }
        assertEquals(List.of(), fixture.server.requests());
    }

    /** An acquire whose grant arrives when its lease may be over; what comes then is up to the script. */
    private Future<Optional<LockHandle>> grantedTooLate() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.thenFirst(delayed(later.future(), answer(GRANT)));
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.server.awaitRequest(1);
        fixture.skip(TOO_LONG);
        later.complete();
        return acquire;
    }

    private static URI nobody() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }
}
