package io.holdfast.client;

import static io.holdfast.client.ClientFixture.GRANT;
import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.ClientFixture.failure;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.busyInLine;
import static io.holdfast.client.StubLockServer.delayed;
import static io.holdfast.client.StubLockServer.garbage;
import static io.holdfast.client.StubLockServer.grant;
import static io.holdfast.client.StubLockServer.half;
import static io.holdfast.client.StubLockServer.reset;
import static io.holdfast.client.StubLockServer.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A try whose outcome is unknown is repeated under the same id. */
@Timeout(20)
final class RepeatTest {
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
    void c7_whateverGoesWrongTheRepetitionFetchesTheGrant() throws Exception {
        for (StubLockServer.Reaction trouble :
                List.of(reset(), garbage(), half(GRANT), answer(LockAnswer.refused(Status.UNKNOWN, "may be")))) {
            int before = fixture.server.requests().size();
            fixture.server.then(trouble, grant("secret-token", 8, 45_000, 0));
            Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
            fixture.server.awaitRequest(before + 1);
            fixture.settle();
            fixture.advance(Duration.ofMillis(50));
            assertTrue(await(acquire).isPresent());
            List<StubLockServer.Request> requests = fixture.server.requests();
            assertEquals(
                    requests.get(before).requestId(), requests.get(before + 1).requestId());
        }
    }

    @Test
    void c7_whenTheServerStaysSilentItIsCancelledAndUnknown() throws Exception {
        fixture.server.then(silence(), silence(), answer(LockAnswer.cancelled()));
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.server.awaitRequest(1);
        fixture.advance(Duration.ofSeconds(5));
        fixture.advanceWithoutAnswers(Duration.ofMillis(50));
        fixture.server.awaitRequest(2);
        assertFalse(acquire.isComplete());
        fixture.advanceWithoutAnswers(Duration.ofSeconds(5));
        Throwable unknown = failure(acquire);
        assertInstanceOf(LockOutcomeUnknownException.class, unknown);
        String requestId = fixture.server.awaitRequest(3).requestId();
        assertEquals(List.of("acquire", "acquire", "cancel"), fixture.server.calls());
        assertFalse(unknown.toString().contains(requestId));
    }

    @Test
    void c6_closingWaitsUntilWhatIsUnknownIsCancelled() throws Exception {
        fixture.server.then(silence(), silence(), reset(), answer(LockAnswer.cancelled()));
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.server.awaitRequest(1);
        fixture.advance(Duration.ofSeconds(5));
        fixture.advanceWithoutAnswers(Duration.ofMillis(50));
        fixture.server.awaitRequest(2);
        fixture.advanceWithoutAnswers(Duration.ofSeconds(5));
        assertInstanceOf(LockOutcomeUnknownException.class, failure(acquire));
        Future<Void> close = fixture.client.close();
        fixture.settle();
        assertFalse(close.isComplete());
        fixture.advance(Duration.ofMillis(100));
        await(close);
        assertEquals(List.of("acquire", "acquire", "cancel", "cancel"), fixture.server.calls());
    }

    @Test
    void c7_aRepetitionThatFindsTheLockBusyMeansThatTheFirstGotNothing() throws Exception {
        fixture.server.then(reset(), busyInLine());
        assertEquals(Optional.empty(), await(repeated()));
    }

    @Test
    void c7_onTheBaseABusyLockMayBeTheLostGrant() throws Exception {
        fixture.server.then(reset(), answer(LockAnswer.busy("r")));
        assertInstanceOf(LockOutcomeUnknownException.class, failure(repeated()));
        assertEquals(List.of("acquire", "acquire"), fixture.server.calls());
    }

    @Test
    void c7_aGrantThatWasLostAndIsOverIsRefused() throws Exception {
        fixture.server.then(reset(), answer(LockAnswer.ended("Expired")));
        LockRefusedException refused = assertInstanceOf(LockRefusedException.class, failure(repeated()));
        assertEquals(Status.ENDED, refused.status());
        assertTrue(refused.getMessage().contains("Expired"), refused::getMessage);
    }

    @Test
    void c7_aServerThatGoesAwayMeanwhileLeavesTheOutcomeUnknown() throws Exception {
        fixture.server.then(reset());
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.settle();
        fixture.server.stop();
        for (int i = 0; i < 12; i++) {
            fixture.advance(Duration.ofSeconds(1));
        }
        assertInstanceOf(LockOutcomeUnknownException.class, failure(acquire));
    }

    @Test
    void c7_aLateAnswerIsTheGrantAndTheRepetitionIsForgotten() throws Exception {
        Promise<Void> later = Promise.promise();
        fixture.server.then(delayed(later.future(), grant("secret-token", 8, 45_000, 0)), silence());
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.server.awaitRequest(1);
        fixture.advance(Duration.ofSeconds(5));
        fixture.advanceWithoutAnswers(Duration.ofMillis(50));
        fixture.server.awaitRequest(2);
        later.complete();
        LockHandle handle = await(acquire).orElseThrow();
        assertEquals(Duration.ofMillis(40_500 - 5_050), handle.remaining());
        fixture.settle();
    }

    private Future<Optional<LockHandle>> repeated() throws Exception {
        Future<Optional<LockHandle>> acquire = fixture.client.tryAcquire("r");
        fixture.settle();
        fixture.advance(Duration.ofMillis(50));
        return acquire;
    }
}
