package io.holdfast.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.Claim;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import io.holdfast.server.log.MemoryLog;
import io.holdfast.server.log.Promises;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A restart meets what many sessions left that had ended: its work grows with their number and not with its square. */
final class ManyEndedSessionsTest {
    private static final int SESSIONS = 300_000;
    private static final Terms TERMS = new Terms(45_000, 0, Map.of());
    private static final ServiceLimits LIMITS = new ServiceLimits(45_000, SESSIONS, 4, 1_000, SESSIONS, 20);

    private final LockTable table = new LockTable(0, 20);

    /** Looking through a list of those that are known already would take minutes. */
    @Test
    @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void theirLocksAreEndedInTime() {
        for (int i = 0; i < SESSIONS; i++) {
            Session session = table.openSession(new Token(1, i), "client", TERMS, 0);
            table.acquire(
                    new AcquireCommand(
                            List.of(new Part("r" + i, Claim.EXCLUSIVE)),
                            "client",
                            session,
                            null,
                            TERMS,
                            new Token(2, i),
                            0),
                    true);
            table.endSession(session, EndReason.EXPIRED);
        }
        assertEquals(SESSIONS, table.size());
        TimeSource time = new TimeSource(() -> 0, () -> 0);
        Events events = new Events(new EventLimits(100, 1), 1, time, new MemoryLog(), work -> {});
        LockService service = new LockService(table, time, new TokenSource(), Promises.unlimited(), LIMITS, 0, events);
        service.resume();
        int turns = 0;
        while (service.tick()) {
            turns++;
        }
        assertEquals(0, table.size());
        assertTrue(turns >= SESSIONS / Sessions.ENDS_PER_STEP, "in pieces");
    }
}
