package io.holdfast.client;

import static io.holdfast.client.ClientFixture.await;
import static io.holdfast.client.ClientFixture.failure;
import static io.holdfast.client.StubLockServer.answer;
import static io.holdfast.client.StubLockServer.reset;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class BreakTest {
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
    void aBreakSaysWhenTheLockCanBeHadAndWhetherExclusionWasGivenUp() throws Exception {
        fixture.server.then(
                answer(LockAnswer.broken(0, true)),
                answer(LockAnswer.broken(45_000, false)),
                answer(LockAnswer.notFound()));
        assertEquals(
                Optional.of(new LockBreak(Duration.ZERO, true)),
                await(fixture.client.breakLock("r", "the host is gone", Duration.ZERO)));
        assertEquals(
                "{\"resourceName\":\"r\",\"reason\":\"the host is gone\",\"graceMs\":0}",
                fixture.server.awaitRequest(1).body());
        assertEquals(
                Optional.of(new LockBreak(Duration.ofSeconds(45), false)),
                await(fixture.client.breakLock("r", "the host is gone")));
        assertEquals(Optional.empty(), await(fixture.client.breakLock("r", "nobody there")));
    }

    /** A second break might hit the next holder, so none is sent unasked. */
    @Test
    void c7_aBreakThatFailsSaysWhatToDoAndIsNotRepeated() throws Exception {
        fixture.server.then(
                answer(LockAnswer.refused(Status.FORBIDDEN, "Not from here")),
                answer(LockAnswer.unavailable(UnavailableReason.RECOVERING, 1_000)),
                reset());
        LockRefusedException refused =
                assertInstanceOf(LockRefusedException.class, failure(fixture.client.breakLock("r", "x")));
        assertEquals(Status.FORBIDDEN, refused.status());
        assertInstanceOf(LockUnavailableException.class, failure(fixture.client.breakLock("r", "x")));
        assertInstanceOf(LockOutcomeUnknownException.class, failure(fixture.client.breakLock("r", "x")));
        assertEquals(3, fixture.server.requests().size());
        assertThrows(IllegalArgumentException.class, () -> fixture.client.breakLock(" ", "x"));
        await(fixture.client.close());
        assertInstanceOf(IllegalStateException.class, failure(fixture.client.breakLock("r", "x")));
    }
}
