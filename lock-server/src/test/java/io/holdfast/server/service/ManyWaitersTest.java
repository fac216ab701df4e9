package io.holdfast.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.AcquireTerms;
import io.holdfast.protocol.LockMode;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.Status;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Token;
import io.holdfast.server.log.MemoryLog;
import io.holdfast.server.log.Promises;
import io.holdfast.server.log.RestartState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Many waiters, on many resources or on one: what they cost must not grow with the length of the line. */
final class ManyWaitersTest {
    /** Generous for a busy machine; a cost that grows with the line takes minutes. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final LockTable table = new LockTable(0, 1_000);
    private long tokensDrawn;
    private final TimeSource time = new TimeSource(() -> 0, () -> 0);
    private final LockService service = new LockService(
            table,
            time,
            () -> new Token(0, ++tokensDrawn),
            new Promises(new RestartState(100_000, 1L << 40, false), (state, done) -> done.accept(true)),
            new ServiceLimits(45_000, 1_000_000, 1_000_000, 1_000_000, 1_000, 1_000),
            0,
            new Events(new EventLimits(1, 0), 1, time, new MemoryLog(), work -> {}));
    private final List<VirtualCaller> waiters = new ArrayList<>();

    private void queue(int count, int resources, boolean withRequestId) {
        for (int i = 0; i < resources; i++) {
            acquire("r" + i, "holder", null, 0);
        }
        for (int i = 0; i < count; i++) {
            waiters.add(acquire("r" + i % resources, "waiter" + i, withRequestId ? "request-" + i : null, 60_000));
        }
        assertEquals(count, table.waiters());
    }

    private VirtualCaller acquire(String name, String client, String requestId, long waitMillis) {
        VirtualCaller caller = new VirtualCaller(answer -> assertEquals(Status.ACQUIRED, answer.status()));
        AcquireTerms terms = new AcquireTerms(client, null, waitMillis, requestId, 0, Map.of());
        service.acquire(new AcquireRequest(ResourceClaim.of(name, LockMode.EXCLUSIVE), terms), caller);
        return caller;
    }

    @Test
    void whenAllConnectionsCloseTheQueuesAreEmpty() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            queue(100_000, 1_000, false);
            waiters.forEach(VirtualCaller::disconnect);
            assertEquals(0, table.waiters());
        });
    }

    @Test
    void aLongLineThatLosesItsConnectionsIsNoLongerToWalk() {
        assertTimeoutPreemptively(PATIENCE, () -> {
            queue(100_000, 1, true);
            waiters.forEach(VirtualCaller::disconnect);
            assertEquals(100_000, table.waiters(), "places are kept for their grace");
            assertEquals(Status.BUSY, tryOnce("r0"));
        });
    }

    private Status tryOnce(String name) {
        List<Status> told = new ArrayList<>();
        service.acquire(
                AcquireRequest.tryOnce(name, "late", null), new VirtualCaller(answer -> told.add(answer.status())));
        return told.get(0);
    }
}
