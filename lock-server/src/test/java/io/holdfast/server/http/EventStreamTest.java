package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningServer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventStreamTest {
    private static final int MAX_CONNECTIONS = 4;

    @TempDir
    private Path dataDir;

    private RunningServer server;

    private void start(JsonObject config) {
        server = RunningServer.start(dataDir, config);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawHttp.Answer post(String path, JsonObject body) throws IOException {
        return RawHttp.call(server.port(), "POST", path, body.encode());
    }

    private String acquire(String name) throws IOException {
        RawHttp.Answer answer = post(
                "/api/lock/acquire", new JsonObject().put("resourceName", name).put("clientId", "me"));
        assertEquals(200, answer.code(), answer.body());
        return new JsonObject(answer.body()).getString("lockToken");
    }

    private void release(String name, String token) throws IOException {
        RawHttp.Answer answer = post(
                "/api/lock/release", new JsonObject().put("resourceName", name).put("lockToken", token));
        assertEquals(200, answer.code(), answer.body());
    }

    /** Begins to listen; the stream is open when this returns. */
    private RawHttp listen(String query, String headers) throws IOException {
        RawHttp http = new RawHttp(server.port());
        http.send("GET /api/lock/events" + query + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
        String head = http.readUntil("\r\n\r\n");
        assertTrue(head.startsWith("HTTP/1.1 200 "), head);
        assertTrue(head.contains("content-type: text/event-stream\r\n"), head);
        assertTrue(head.contains("cache-control: no-store\r\n"), head);
        return http;
    }

    private static String lastId(String text) {
        Matcher ids = Pattern.compile("id: (\\d+)\n").matcher(text);
        String last = "";
        while (ids.find()) {
            last = ids.group(1);
        }
        return last;
    }

    private static String resumeAt(String id) {
        return "Last-Event-ID: " + id + "\r\n";
    }

    @Test
    void aBrokenEscapeIsNoPrefix() throws IOException {
        start(new JsonObject());
        RawHttp.Answer answer = RawHttp.call(server.port(), "GET", "/api/lock/events?prefix=%zz", "");
        assertEquals(400, answer.code());
        assertEquals("BadRequest", new JsonObject(answer.body()).getString("status"));
    }

    private static final String TIME = "\"at\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\"";

    private static void assertMatches(String regex, String text) {
        assertTrue(Pattern.compile(regex, Pattern.DOTALL).matcher(text).find(), text);
    }

    @Test
    void saysWhatHappensAsItHappens() throws IOException {
        start(new JsonObject());
        try (RawHttp all = listen("", "");
                RawHttp some = listen("?prefix=b%2F", "")) {
            String token = acquire("a");
            acquire("b/1");
            post("/api/admin/break", new JsonObject().put("resourceName", "b/1").put("reason", "it is stuck"));
            release("a", token);
            String seen = all.readUntil("event: released");
            String from = "id: \\d+\nevent: ";
            assertMatches("^[0-9a-f]+\r\n:\nid: \\d+\n\n\r\n", seen);
            assertMatches(
                    from + "granted\ndata: \\{\"resourceName\":\"a\",\"clientId\":\"me\",\"fencingToken\":\\d+," + TIME
                            + "\\}\n\n",
                    seen);
            assertMatches(
                    from + "broken\ndata: \\{\"resourceName\":\"b/1\",\"clientId\":\"me\",\"fencingToken\":\\d+," + TIME
                            + ",\"reason\":\"it is stuck\"\\}\n\n",
                    seen);
            assertTrue(!some.readUntil("event: broken").contains("\"resourceName\":\"a\""));
        }
    }

    @Test
    void goesOnWhereTheListenerWasAndSaysWhenThatIsTooLongAgo() throws IOException {
        start(new JsonObject().put("eventsKept", 100));
        String seen;
        try (RawHttp http = listen("", "")) {
            acquire("a");
            seen = http.readUntil("event: granted");
        }
        acquire("b");
        acquire("c");
        try (RawHttp http = listen("", resumeAt(lastId(seen)))) {
            String rest = http.readUntil("\"c\"");
            assertTrue(rest.contains("\"b\"") && !rest.contains("\"a\"") && !rest.contains("event: reset"), rest);
        }
        for (int i = 0; i < 100; i++) {
            acquire("more/" + i);
        }
        try (RawHttp http = listen("", resumeAt(lastId(seen)))) {
            String rest = http.readUntil("\"more/99\"");
            assertMatches("^[0-9a-f]+\r\nid: \\d+\nevent: reset\ndata: \\{\\}\n\n", rest);
            assertTrue(rest.contains("\"more/0\"") && !rest.contains("\"c\""), rest);
        }
    }

    @Test
    void aNumberFromAnotherRunIsReset() throws IOException {
        start(new JsonObject());
        String seen;
        try (RawHttp http = listen("", "")) {
            release("a", acquire("a"));
            seen = http.readUntil("event: released");
        }
        server.close();
        start(new JsonObject());
        try (RawHttp http = listen("", resumeAt(lastId(seen)))) {
            assertMatches("event: reset\ndata: \\{\\}\n\n", http.readUntil("data: {}\n\n"));
        }
    }

    @Test
    void aStreamIsNoIdleConnectionAndItsEndFreesItsPlace() throws IOException {
        start(new JsonObject()
                .put("maxEventStreams", 1)
                .put("idleTimeoutMs", 1_000)
                .put("requestTimeoutMs", 100)
                .put("maxWaitMs", 500));
        try (RawHttp http = listen("", "")) {
            long end = System.nanoTime() + 2_000_000_000L;
            while (System.nanoTime() < end) {
                RawHttp.Answer answer = RawHttp.call(server.port(), "GET", "/api/lock/events", "");
                assertEquals(429, answer.code(), answer.body());
                assertEquals("1", answer.header("Retry-After"));
            }
            acquire("a");
            http.readUntil("event: granted");
        }
        awaitFreePlace(() -> {});
    }

    /** Until somebody else can listen; fails after many tries. */
    private void awaitFreePlace(Work meanwhile) throws IOException {
        for (int tries = 0; tries < 2_000; tries++) {
            meanwhile.run();
            try (RawHttp http = new RawHttp(server.port())) {
                http.send("GET /api/lock/events HTTP/1.1\r\nHost: x\r\n\r\n");
                if (http.readUntil("\r\n").contains(" 200 ")) {
                    return;
                }
            }
        }
        throw new AssertionError("the place was never free again");
    }

    private interface Work {
        void run() throws IOException;
    }

    /** A connection that is closed in good order would wait for its reader for ever. */
    @Test
    void aReaderThatDoesNotReadIsCutOff() throws IOException {
        start(new JsonObject()
                .put("maxEventStreams", 1)
                .put("eventsKept", 2_000)
                .put("maxConnections", MAX_CONNECTIONS)
                .put("maxBodyBytes", 1 << 20));
        try (RawHttp slow = listen("", "")) {
            awaitFreePlace(this::makeManyEvents);
            awaitFreeConnections();
            slow.awaitClosed();
        }
    }

    /** Until as many connections can be open at once as the limit says, without the one that was cut off. */
    private void awaitFreeConnections() throws IOException {
        for (int tries = 0; tries < 2_000; tries++) {
            List<RawHttp> open = new ArrayList<>();
            try {
                for (int i = 0; i < MAX_CONNECTIONS; i++) {
                    open.add(new RawHttp(server.port()));
                    open.get(i).send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
                    open.get(i).read();
                }
                return;
            } catch (IOException e) {
                // refused: not all of the old ones are gone
            } finally {
                for (RawHttp http : open) {
                    http.close();
                }
            }
        }
        throw new AssertionError("a connection was never closed");
    }

    private void makeManyEvents() throws IOException {
        JsonArray resources = new JsonArray();
        for (int i = 0; i < 200; i++) {
            resources.add(new JsonObject().put("resourceName", i + "x".repeat(500)));
        }
        RawHttp.Answer answer = post("/api/lock/acquire-all", new JsonObject().put("resources", resources));
        assertEquals(200, answer.code(), answer.body());
        release("0" + "x".repeat(500), new JsonObject(answer.body()).getString("lockToken"));
    }

    @Test
    void aServerThatStopsTellsToTheEndAndThenEndsTheStream() throws IOException {
        start(new JsonObject().put("drainMs", 20_000));
        int port = server.port();
        String token = acquire("a");
        try (RawHttp http = listen("", "")) {
            Future<Void> stopped = server.stop();
            RawHttp.Answer refused = RawHttp.call(port, "GET", "/api/lock/events", "");
            assertEquals(503, refused.code(), refused.body());
            assertTrue(refused.body().contains("\"reason\":\"Draining\""), refused.body());
            JsonObject holder = new JsonObject().put("resourceName", "a").put("lockToken", token);
            RawHttp.call(port, "POST", "/api/lock/release", holder.encode());
            assertMatches("event: released", http.readUntil("\r\n0\r\n\r\n"));
            RunningServer.await(stopped);
        }
    }

    @Test
    void refusals() throws IOException {
        start(new JsonObject());
        assertEquals(
                400,
                RawHttp.call(server.port(), "GET", "/api/lock/events?prefix=%zz", "")
                        .code());
        RawHttp.Answer answer = post("/api/lock/events", new JsonObject());
        assertEquals(405, answer.code());
        assertEquals("GET", answer.header("Allow"));
    }

    @Test
    void locksAreBrokenOverALoopbackListenerOnly() throws IOException {
        start(new JsonObject().put("host", "0.0.0.0"));
        acquire("a");
        RawHttp.Answer answer = post("/api/admin/break", new JsonObject().put("resourceName", "a"));
        assertEquals(403, answer.code());
        assertEquals(
                "{\"success\":false,\"status\":\"Forbidden\",\"message\":\"This is done over a loopback listener only\"}",
                answer.body());
        assertTrue(RawHttp.call(server.port(), "GET", "/api/lock/status/a", "")
                .body()
                .contains("\"isLocked\":true"));
    }
}
