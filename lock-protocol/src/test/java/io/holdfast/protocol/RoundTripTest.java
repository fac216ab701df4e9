package io.holdfast.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What one side writes, the other reads as it was meant. */
final class RoundTripTest {
    private static final RequestRules RULES = new RequestRules(512, 120_000, 60_000);

    @Test
    void anyNameSurvivesAPath() throws InvalidRequestException {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            String name = "n" + randomText(random);
            String encoded = PathSegment.encode(name);
            assertFalse(encoded.matches(".*[/?#+. ].*"), () -> "seed " + seed + ": " + encoded);
            assertEquals(name, PathSegment.decodeName(encoded, RULES), "seed " + seed);
        }
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(20); length > 0; length--) {
            int codePoint = random.nextInt(4) == 0 ? random.nextInt(0x110000) : 0x20 + random.nextInt(0x5f);
            boolean allowed = !Character.isISOControl(codePoint) && !(codePoint >= 0xD800 && codePoint < 0xE000);
            text.appendCodePoint(allowed ? codePoint : '%');
        }
        return text.toString();
    }

    @Test
    void requestsAreReadAsTheyWereWritten() throws InvalidRequestException {
        AcquireTerms terms = new AcquireTerms("client", 5_000L, 10_000, "request-1", 250, Map.of("host", "a\"b"));
        AcquireRequest shared = new AcquireRequest(ResourceClaim.of("r", LockMode.SHARED), terms);
        assertEquals(shared, AcquireRequest.read(shared.toJson(), RULES));
        AcquireRequest permits = new AcquireRequest(ResourceClaim.permits("r", 2, 5), terms);
        assertEquals(permits, AcquireRequest.read(permits.toJson(), RULES));
        AcquireAllRequest all = new AcquireAllRequest(
                List.of(ResourceClaim.of("b", LockMode.EXCLUSIVE), ResourceClaim.permits("a", 1, 2)), terms);
        assertEquals(all, AcquireAllRequest.read(all.toJson(), RULES));
        assertEquals("a", AcquireAllRequest.nameOfSet(all.resources()));
        CancelRequest cancel = new CancelRequest("r", "client", "request-1");
        assertEquals(cancel, CancelRequest.read(cancel.toJson(), RULES));
        for (BreakRequest request :
                List.of(new BreakRequest("r", "host is gone", 0L), new BreakRequest("r", null, null))) {
            assertEquals(request, BreakRequest.read(request.toJson(), RULES));
        }
        AcquireTerms inSession = new AcquireTerms("client", null, 10_000, "request-1", "session-1", 0, Map.of());
        AcquireRequest ofSession = new AcquireRequest(ResourceClaim.of("r", LockMode.EXCLUSIVE), inSession);
        assertEquals(ofSession, AcquireRequest.read(ofSession.toJson(), RULES));
        SessionOpenRequest open = new SessionOpenRequest("client", 5_000L, Map.of("host", "a"));
        assertEquals(open, SessionOpenRequest.read(open.toJson(), RULES));
        for (SessionRequest request : List.of(new SessionRequest("secret", 3L), new SessionRequest("secret", null))) {
            assertEquals(request, SessionRequest.read(request.toJson(), RULES));
        }
        TokenRequest token = new TokenRequest("r", "secret");
        assertEquals(token, TokenRequest.read(token.toJson(), RULES));
    }

    @Test
    void answersAreReadAsTheyWereWritten() throws IOException {
        HolderView holder =
                new HolderView("me", Instant.parse("2026-01-31T12:00:00.123Z"), 5, "shared", Map.of("k", "v"), 9);
        LockAnswer[] answers = {
            LockAnswer.acquired("secret", (1L << 53) - 1, 45_000, 44_000, 7, "request-1"),
            LockAnswer.busy("r", List.of(holder), 3, 1_000, "LockDelay"),
            LockAnswer.queued(12, 4),
            LockAnswer.unavailable(UnavailableReason.RECOVERING, 30_000),
            LockAnswer.ended("Released"),
            LockAnswer.lostByBreak("host is gone"),
            LockAnswer.broken(0, true),
            LockAnswer.broken(45_000, false),
        };
        for (LockAnswer answer : answers) {
            assertEquals(answer, LockAnswer.read(answer.toJson()));
        }
        StatusAnswer status = new StatusAnswer(
                true, "r", "me", holder.acquiredAt(), holder.acquiredAt(), List.of(holder), "shared", 2, 9L);
        assertEquals(status, StatusAnswer.read(status.toJson()));
    }

    @Test
    void aLockOfASessionHasNoLeaseOfItsOwn() {
        byte[] both = "{\"resourceName\":\"r\",\"sessionId\":\"s\",\"ttlMs\":5000}".getBytes(StandardCharsets.UTF_8);
        assertThrows(InvalidRequestException.class, () -> AcquireRequest.read(both, RULES));
    }

    @Test
    void answersOfSessionsAreReadAsTheyWereWritten() throws IOException {
        SessionOpened opened = new SessionOpened("secret", 45_000, 44_000);
        assertEquals(opened, SessionOpened.read(opened.toJson()));
        assertEquals(Status.OPENED, LockAnswer.read(opened.toJson()).status());
        LostLock lost = new LostLock("r", 9, LockAnswer.BROKEN, "host is gone");
        SessionBeaten beaten = new SessionBeaten(
                44_000, 7, List.of(lost, new LostLock("q", 3, LockAnswer.BROKEN, null)), List.of("w", "v"), true);
        assertEquals(beaten, SessionBeaten.read(beaten.toJson()));
        assertEquals(44_000, LockAnswer.read(beaten.toJson()).remainingMs());
        for (String text : List.of("", "[]", "{}", "{\"remainingMs\":5,\"lost\":7}", "{\"remainingMs\":\"x\"}")) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            assertThrows(IOException.class, () -> SessionBeaten.read(body), text);
            assertThrows(IOException.class, () -> SessionOpened.read(body), text);
        }
    }

    @Test
    void eventsAreReadAsTheyWereWritten() throws IOException {
        Instant at = Instant.parse("2026-01-31T12:00:00.123Z");
        LockEvent[] events = {
            new LockEvent(EventKind.BROKEN, "a\nb", "me", 9L, at, "host is gone", true),
            new LockEvent(EventKind.QUEUED, "r", null, null, at, null, false),
        };
        for (LockEvent event : events) {
            byte[] data = event.toJson();
            assertEquals(event, LockEvent.read(event.kind(), data));
            assertFalse(new String(data, StandardCharsets.UTF_8).contains("\n"), "the data of an event is one line");
            assertEquals(event.kind(), EventKind.ofWireName(event.kind().wireName()));
        }
        byte[] nothing = "{}".getBytes(StandardCharsets.UTF_8);
        assertThrows(IOException.class, () -> LockEvent.read(EventKind.GRANTED, nothing));
    }

    @Test
    void whatIsNoAnswerIsRefused() {
        for (String text :
                List.of("", "{", "[]", "null", "{}", "{\"status\":\"Nonsense\"}", "{\"status\":\"Busy\"}x")) {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            assertThrows(IOException.class, () -> LockAnswer.read(body), text);
        }
    }

    @Test
    void secretsAreNotShown() {
        AcquireTerms terms =
                new AcquireTerms("client", null, 0, "the-request-secret", "the-session-secret", 0, Map.of());
        String shown = terms + " " + new SessionRequest("the-session-secret", 1L) + " "
                + new SessionOpened("the-session-secret", 1, 1) + " "
                + new CancelRequest("r", "c", "the-request-secret") + " "
                + new TokenRequest("r", "the-token-secret") + " "
                + LockAnswer.acquired("the-token-secret", 1, 1, 1, 0, "the-request-secret");
        assertFalse(shown.contains("secret"), shown);
    }
}
