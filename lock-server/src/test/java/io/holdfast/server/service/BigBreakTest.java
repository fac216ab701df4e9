package io.holdfast.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.AcquireTerms;
import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LockMode;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Token;
import io.holdfast.server.log.MemoryLog;
import io.holdfast.server.log.Promises;
import io.holdfast.server.log.RestartState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** More holders than are ended in one go. */
final class BigBreakTest {
    private static final int HOLDERS = 3_500;
    private static final int STEPS = 4;

    private long nowMillis;
    private long tokensDrawn;
    private final TimeSource time = new TimeSource(() -> nowMillis, () -> nowMillis);
    private final LockTable table = new LockTable(0, 10);
    private final LockService service = new LockService(
            table,
            time,
            () -> new Token(0, ++tokensDrawn),
            new Promises(new RestartState(100_000, 1L << 40, false), (state, done) -> done.accept(true)),
            new ServiceLimits(45_000, 1_000_000, 10, 10, 10, 10),
            0,
            new Events(new EventLimits(10, 1), 1, time, new MemoryLog(), work -> {}));
    private final List<LockAnswer> answers = new ArrayList<>();

    private LockAnswer acquire() {
        List<LockAnswer> told = new ArrayList<>();
        service.acquire(
                new AcquireRequest(
                        ResourceClaim.of("r", LockMode.SHARED), new AcquireTerms(null, null, 0, null, 0, Map.of())),
                new VirtualCaller(told::add));
        return told.get(0);
    }

    private LockAnswer heartbeat(LockAnswer grant) {
        return service.heartbeat(new TokenRequest("r", Objects.requireNonNull(grant.lockToken())));
    }

    private void breakAll(Long graceMillis) {
        service.breakHolds(new BreakRequest("r", "because", graceMillis), new VirtualCaller(answers::add));
    }

    @Test
    void isDoneInStepsAndNobodyGetsInBetween() {
        List<LockAnswer> grants = new ArrayList<>();
        for (int i = 0; i < HOLDERS; i++) {
            grants.add(acquire());
        }
        LockAnswer last = grants.get(HOLDERS - 1);
        breakAll(null);
        breakAll(0L);
        for (int step = 1; step < STEPS; step++) {
            assertEquals(List.of(), answers, "step " + step);
            assertEquals(HOLDERS - 1_000 * step, table.size());
            assertEquals(Status.BUSY, acquire().status());
            nowMillis += 100;
            assertEquals(Status.HEARTBEAT_RECEIVED, heartbeat(last).status(), "not broken yet");
            assertEquals(LockAnswer.BROKEN, heartbeat(grants.get(0)).reason());
            assertTrue(service.tick(), "there is more");
        }
        // Counted from the end of the last lease that was broken; the second break has found nobody.
        service.tick();
        assertEquals(List.of(LockAnswer.broken(45_000, false), LockAnswer.notFound()), answers);
        assertEquals(0, table.size());
        assertEquals("Broken", acquire().reason());
        assertEquals("because", heartbeat(last).breakReason());
    }
}
