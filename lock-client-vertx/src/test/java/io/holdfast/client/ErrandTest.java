package io.holdfast.client;

import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.beaten;
import static io.holdfast.client.StubLockServer.grant;
import static io.holdfast.client.StubLockServer.opened;
import static io.holdfast.client.StubLockServer.reset;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.LockAnswer;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client goes on giving back after its caller has been told that it could not be. */
@Timeout(20)
class ErrandTest {
    private static final StubLockServer.Reaction OPENED = opened("session-1");
    private static final StubLockServer.Reaction BEATEN = beaten(0, List.of(), List.of());
    private static final int OUTAGE_SECONDS = 120;

    private ClientFixture fixture;

    /** Keeps the session, and does that with all other requests. */
    private static StubLockServer.Reaction keepingTheSession(StubLockServer.Reaction others) {
        return (socket, request) ->
                (request.path().equals("/api/session/heartbeat") ? BEATEN : others).react(socket, request);
    }

    @BeforeEach
    void start() throws Exception {
        fixture = new ClientFixture();
        fixture.server.withSessions().then(OPENED, grant("token-1", 1, 45_000, 0));
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private long count(String call) {
        return fixture.server.calls().stream().filter(call::equals).count();
    }

    private void pass(int seconds) throws Exception {
        for (int second = 0; second < seconds; second++) {
            fixture.advance(Duration.ofSeconds(1));
        }
    }

    /** Another lock keeps the session, so that the one that was given up would stay held for as long as that lives. */
    @Test
    void aReleaseIsRepeatedForAsLongAsItsSessionIsKept() throws Exception {
        LockHandle handle = await(fixture.client.tryAcquire("a")).orElseThrow();
        fixture.server.then(grant("token-2", 2, 45_000, 0));
        LockHandle other = await(fixture.client.tryAcquire("b")).orElseThrow();
        fixture.server.otherwise(keepingTheSession(reset()));
        Future<ReleaseResult> release = handle.release();
        pass(3);
        assertEquals(ReleaseResult.UNKNOWN, await(release));
        pass(OUTAGE_SECONDS);
        assertTrue(other.isHeld());
        long attempts = count("release");
        assertTrue(attempts > OUTAGE_SECONDS / 2, () -> attempts + " attempts");
        fixture.server.otherwise(keepingTheSession(answer(LockAnswer.released())));
        pass(10);
        assertEquals(attempts + 1, count("release"));
        assertTrue(other.isHeld());
    }

    @Test
    void aReleaseIsNotRepeatedOnceItsSessionHasEnded() throws Exception {
        LockHandle handle = await(fixture.client.tryAcquire("a")).orElseThrow();
        fixture.server.otherwise(reset());
        Future<ReleaseResult> release = handle.release();
        pass(OUTAGE_SECONDS);
        assertEquals(ReleaseResult.UNKNOWN, await(release));
        long attempts = count("release");
        pass(10);
        assertEquals(attempts, count("release"));
        assertFalse(await(fixture.client.isTicking()));
    }

    @Test
    void closingTheClientWaitsForAFewAttemptsAndEndsTheRest() throws Exception {
        LockHandle handle = await(fixture.client.tryAcquire("a")).orElseThrow();
        fixture.server.otherwise(reset());
        Future<ReleaseResult> release = handle.release();
        pass(3);
        assertTrue(release.isComplete());
        Future<Void> close = fixture.client.close();
        fixture.settle();
        pass(3);
        await(close);
        assertEquals(Errand.ATTEMPTS_AWAITED, count("close"));
        await(fixture.client.tick());
        assertFalse(await(fixture.client.isTicking()));
    }
}
