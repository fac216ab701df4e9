package io.holdfast.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.SessionOpenRequest;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Lease rule S10: what renews, looks or is refused is no change, so that a durable server writes nothing for it. */
final class NoChangeTest {
    private final VirtualServer server = new VirtualServer();

    @Test
    void s10_heartbeatsLooksAndRefusalsAppendNothing() {
        LockAnswer grant = server.acquire("r", "alice", null).get(0);
        List<String> sessions = new ArrayList<>();
        server.service()
                .openSession(
                        new SessionOpenRequest("alice", null, Map.of()),
                        opened -> sessions.add(opened.sessionId()),
                        refused -> {});
        int before = server.changes();
        for (long ack = 0; ack < 100; ack++) {
            server.advance(1_000);
            String token = Objects.requireNonNull(grant.lockToken());
            assertEquals(Status.HEARTBEAT_RECEIVED, server.heartbeat("r", token).status());
            assertNotNull(server.service().heartbeat(new SessionRequest(sessions.get(0), ack)));
            assertEquals(Status.BUSY, server.acquire("r", "bob", null).get(0).status());
            assertEquals(
                    Status.INVALID_TOKEN, server.release("r", "0".repeat(32)).status());
            server.service().status("r");
        }
        assertEquals(before, server.changes());
        server.release("r", Objects.requireNonNull(grant.lockToken()));
        assertEquals(before + 1, server.changes());
    }
}
