package io.holdfast.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.AcquireTerms;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LockMode;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.SessionOpenRequest;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A session that ends leaves much behind: it is ended in pieces, and nobody notices that it is. */
final class SessionEndTest {
    private static final int PIECE = Sessions.ENDS_PER_STEP;
    private static final int LOCKS = 900; // of the 1000 the virtual server allows
    private static final AcquireTerms PLAIN = AcquireTerms.tryOnce("bob", null);

    private final VirtualServer server = new VirtualServer();
    private final LockService service = server.service();

    @Test
    void aThousandPiecesAtMostEndInOneGo() {
        // Three sessions, so that there is more than one piece within the limit of a thousand locks.
        List<SessionRequest> sessions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sessions.add(open(1_000));
            for (int lock = 0; lock < 300; lock++) {
                assertEquals(Status.ACQUIRED, acquire(i + "/" + lock, sessions.get(i)).status());
                assertEquals(Status.ACQUIRED, acquire(i + "/shared", sessions.get(i), LockMode.SHARED).status());
            }
        }
        server.stall(999);
        service.tick();
        assertFalse(service.isEmpty());
        letThemExpire();
        int turns = 1;
        while (service.tick()) {
            turns++;
        }
        assertTrue(service.isEmpty());
        assertTrue(turns >= 3 * 600 / PIECE, "all in " + turns + " turns");
    }

    @Test
    void whatIsNotEndedYetIsFreeForWhoeverMeetsIt() {
        SessionRequest session = open(1_000);
        List<String> tokens = new ArrayList<>();
        for (int lock = 0; lock < LOCKS; lock++) {
            tokens.add(String.valueOf(acquire("r" + lock, session).lockToken()));
        }
        assertEquals(Status.QUEUED, queued("r1").status());
        letThemExpire();

        assertFalse(service.isEmpty(), "nothing has been ended yet");
        assertFalse(service.status("r2").isLocked());
        assertFalse(service.validate("r3", 4).current());
        assertEquals(Status.NOT_FOUND, server.heartbeat("r4", tokens.get(4)).status());
        assertEquals(Status.NOT_FOUND, server.release("r5", tokens.get(5)).status());
        assertEquals(Status.ACQUIRED, acquire("r6", PLAIN, LockMode.EXCLUSIVE).status());
        service.list("r7", null, 100, page -> page.resources()
                .forEach(entry -> assertEquals(List.of(), entry.holders(), entry.resourceName())));
    }

    /** A waiter of a session that is over is passed by, though its place has not been ended yet. */
    @Test
    void aPlaceOfASessionThatIsOverIsNotGranted() {
        SessionRequest session = open(1_000);
        LockAnswer held = acquire("r", PLAIN, LockMode.EXCLUSIVE);
        List<LockAnswer> answers = new ArrayList<>();
        service.acquire(request("r", inSession(session, 5_000), LockMode.EXCLUSIVE), new VirtualCaller(answers::add));
        letThemExpire();

        server.release("r", String.valueOf(held.lockToken()));
        assertEquals(List.of(Status.SESSION_NOT_FOUND), answers.stream().map(LockAnswer::status).toList());
        assertFalse(service.status("r").isLocked());
    }

    /** Two ticks find every session's deadline passed; what it leaves is ended by later ones. */
    private void letThemExpire() {
        server.stall(500);
        service.tick();
        server.stall(500);
        service.tick();
        server.stall(60);
        service.expireDue();
    }

    private LockAnswer queued(String name) {
        List<LockAnswer> answers = new ArrayList<>();
        AcquireTerms terms = new AcquireTerms("bob", null, 100, "request-" + name, 0, Map.of());
        service.acquire(request(name, terms, LockMode.EXCLUSIVE), new VirtualCaller(answers::add));
        server.advance(300);
        return answers.get(0);
    }

    private SessionRequest open(long ttlMillis) {
        List<SessionOpened> opened = new ArrayList<>();
        service.openSession(new SessionOpenRequest("alice", ttlMillis, Map.of()), opened::add, refusal -> {
            throw new AssertionError(refusal.toString());
        });
        return new SessionRequest(opened.get(0).sessionId(), null);
    }

    private LockAnswer acquire(String name, SessionRequest session) {
        return acquire(name, session, LockMode.EXCLUSIVE);
    }

    private LockAnswer acquire(String name, SessionRequest session, LockMode mode) {
        return acquire(name, inSession(session, 0), mode);
    }

    private static AcquireTerms inSession(SessionRequest session, long waitMillis) {
        return new AcquireTerms(null, null, waitMillis, null, session.sessionId(), 0, Map.of());
    }

    private LockAnswer acquire(String name, AcquireTerms terms, LockMode mode) {
        List<LockAnswer> answers = new ArrayList<>();
        service.acquire(request(name, terms, mode), new VirtualCaller(answers::add));
        return answers.get(0);
    }

    private static AcquireRequest request(String name, AcquireTerms terms, LockMode mode) {
        return new AcquireRequest(ResourceClaim.of(name, mode), terms);
    }
}
