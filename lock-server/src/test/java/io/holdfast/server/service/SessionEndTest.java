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
    private static final int LOCKS = 3 * PIECE;
    private static final AcquireTerms PLAIN = AcquireTerms.tryOnce("bob", null);

    private final VirtualServer server = new VirtualServer();
    private final LockService service = server.service();

    @Test
    void soManyPiecesAtMostEndInOneGo() {
        SessionRequest session = open();
        fill(session);
        letItExpire();
        int turns = 1;
        while (service.tick()) {
            turns++;
        }
        assertTrue(service.isEmpty());
        assertEquals(LOCKS / PIECE, turns);
    }

    @Test
    void whatIsNotEndedYetIsFreeForWhoeverMeetsIt() {
        List<String> tokens = fill(open());
        letItExpire();

        assertFalse(service.isEmpty(), "only a piece has been ended yet");
        int last = LOCKS - 1;
        assertFalse(service.status("r" + last).isLocked());
        assertFalse(service.validate("r" + (last - 1), last).current());
        assertEquals(
                Status.NOT_FOUND,
                server.heartbeat("r" + (last - 2), tokens.get(last - 2)).status());
        assertEquals(
                Status.NOT_FOUND,
                server.release("r" + (last - 3), tokens.get(last - 3)).status());
        assertEquals(Status.ACQUIRED, acquire("r" + (last - 4), PLAIN).status());
        service.list("r28", null, 100, page -> {
            assertFalse(page.resources().isEmpty());
            page.resources().forEach(entry -> assertEquals(List.of(), entry.holders(), entry.resourceName()));
        });
    }

    /** A waiter of a session that is over is passed by, though its place has not been ended yet. */
    @Test
    void aPlaceOfASessionThatIsOverIsNotGranted() {
        LockAnswer held = acquire("r", PLAIN);
        fill(open());
        List<LockAnswer> answers = new ArrayList<>();
        service.acquire(request("r", inSession(open(), 5_000)), new VirtualCaller(answers::add));
        letItExpire();
        assertEquals(List.of(), answers);

        server.release("r", String.valueOf(held.lockToken()));
        assertEquals(
                List.of(Status.SESSION_NOT_FOUND),
                answers.stream().map(LockAnswer::status).toList());
        assertFalse(service.status("r").isLocked());
    }

    private List<String> fill(SessionRequest session) {
        List<String> tokens = new ArrayList<>();
        for (int lock = 0; lock < LOCKS; lock++) {
            tokens.add(String.valueOf(acquire("r" + lock, inSession(session, 0)).lockToken()));
        }
        return tokens;
    }

    /** Two ticks find the deadline passed; the second ends the session and a piece of what it leaves. */
    private void letItExpire() {
        for (int i = 0; i < 2; i++) {
            server.stall(600);
            service.tick();
        }
        server.stall(60);
        service.tick();
    }

    private SessionRequest open() {
        List<SessionOpened> opened = new ArrayList<>();
        service.openSession(new SessionOpenRequest("alice", 1_000L, Map.of()), opened::add, refusal -> {
            throw new AssertionError(refusal.toString());
        });
        return new SessionRequest(opened.get(0).sessionId(), null);
    }

    private static AcquireTerms inSession(SessionRequest session, long waitMillis) {
        return new AcquireTerms(null, null, waitMillis, null, session.sessionId(), 0, Map.of());
    }

    private LockAnswer acquire(String name, AcquireTerms terms) {
        List<LockAnswer> answers = new ArrayList<>();
        service.acquire(request(name, terms), new VirtualCaller(answers::add));
        return answers.get(0);
    }

    private static AcquireRequest request(String name, AcquireTerms terms) {
        return new AcquireRequest(ResourceClaim.of(name, LockMode.EXCLUSIVE), terms);
    }
}
