package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningServer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a lock server does over HTTP/2 beyond answering, which {@link GoldenAnswersTest} holds against the contract. */
final class Http2Test {
    private static final String WAIT = "{\"resourceName\":\"a\",\"clientId\":\"w\",\"waitMs\":60000}";

    @TempDir
    private Path dataDir;

    private RunningServer start(JsonObject config) {
        return RunningServer.start(dataDir, config.put("http2", true));
    }

    @Test
    void itIsSpokenOnlyWhereItWasAskedFor() throws IOException {
        try (RunningServer server = RunningServer.start(dataDir, new JsonObject());
                RawHttp http = new RawHttp(server.port())) {
            http.send(RawHttp2.PREFACE);
            assertEquals(501, http.read().code());
        }
    }

    @Test
    void thePrefaceMayComeInPieces() throws IOException {
        try (RunningServer server = start(new JsonObject());
                RawHttp2 http = RawHttp2.silent(server.port())) {
            for (byte b : RawHttp2.PREFACE) {
                http.send(new byte[] {b});
            }
            http.frame(RawHttp2.SETTINGS, 0, 0, new byte[0]);
            assertEquals(200, http.answer(http.get("/livez")).code());
        }
    }

    @Test
    void manyWaitOnOneConnectionAndAreServedInOrder() throws IOException {
        try (RunningServer server = start(new JsonObject());
                RawHttp2 http = RawHttp2.connect(server.port())) {
            String token = token(http.answer(http.post("/api/lock/acquire", "{\"resourceName\":\"a\"}")));
            List<Integer> waiting = new ArrayList<>();
            for (int i = 0; i < Http2Codec.MAX_STREAMS - 1; i++) {
                waiting.add(http.post("/api/lock/acquire", WAIT));
            }
            for (int stream : waiting) {
                assertTrue(http.isOpen(stream));
                assertEquals(200, release(http, token).code());
                token = token(http.answer(stream));
            }
        }
    }

    @Test
    void aStreamThatIsResetLeavesTheLineAndTheOthersStay() throws IOException {
        try (RunningServer server = start(new JsonObject());
                RawHttp2 http = RawHttp2.connect(server.port())) {
            String token = token(http.answer(http.post("/api/lock/acquire", "{\"resourceName\":\"a\"}")));
            int first = http.post("/api/lock/acquire", WAIT);
            int second = http.post("/api/lock/acquire", WAIT);
            assertEquals(2, queueLength(http));
            http.reset(first);
            assertEquals(1, queueLength(http));
            release(http, token);
            assertEquals(200, http.answer(second).code());
        }
    }

    @Test
    void aConnectionThatBreaksEmptiesAllItsPlaces() throws IOException {
        try (RunningServer server = start(new JsonObject());
                RawHttp2 other = RawHttp2.connect(server.port())) {
            other.answer(other.post("/api/lock/acquire", "{\"resourceName\":\"a\"}"));
            try (RawHttp2 http = RawHttp2.connect(server.port())) {
                for (int i = 0; i < 100; i++) {
                    http.post("/api/lock/acquire", WAIT);
                }
                assertEquals(100, queueLength(http));
            }
            long end = System.nanoTime() + 10_000_000_000L;
            int left = queueLength(other);
            while (left > 0 && System.nanoTime() < end) {
                left = queueLength(other);
            }
            assertEquals(0, left);
        }
    }

    /** A place that has a request id outlives its stream, and a repetition on another one takes it over. */
    @Test
    void aRepetitionTakesThePlaceOfAStreamThatIsStillOpen() throws IOException {
        String wish = WAIT.replace("}", ",\"requestId\":\"request-1\"}");
        try (RunningServer server = start(new JsonObject());
                RawHttp2 http = RawHttp2.connect(server.port())) {
            String token = token(http.answer(http.post("/api/lock/acquire", "{\"resourceName\":\"a\"}")));
            int first = http.post("/api/lock/acquire", wish);
            int second = http.post("/api/lock/acquire", wish);
            assertEquals(202, http.answer(first).code());
            assertEquals(1, queueLength(http));
            release(http, token);
            assertEquals(200, http.answer(second).code());
        }
    }

    @Test
    void halfBodiesDoNotFillTheMemory() throws IOException {
        try (RunningServer server = start(new JsonObject().put("maxBodyBytes", 1_024));
                RawHttp2 http = RawHttp2.connect(server.port())) {
            List<Integer> half = new ArrayList<>();
            for (int i = 0; i < MultiplexedConnection.MAX_FULL_BODIES; i++) {
                half.add(halfBody(http));
            }
            RawHttp.Answer refused = http.answer(halfBody(http));
            assertEquals(503, refused.code());
            assertTrue(refused.body().contains("\"reason\":\"Overloaded\""), refused.body());
            assertEquals("1", refused.header("retry-after"));
            http.reset(half.get(0));
            http.frame(RawHttp2.DATA, RawHttp2.END_STREAM, half.get(1), new byte[0]);
            assertEquals(400, http.answer(half.get(1)).code());
            assertEquals(
                    200,
                    http.answer(http.post("/api/lock/acquire", "{\"resourceName\":\"b\"}"))
                            .code());
        }
    }

    private static int halfBody(RawHttp2 http) throws IOException {
        int stream = http.open(false, "POST", "/api/lock/acquire", "content-type: application/json\r\n");
        http.frame(RawHttp2.DATA, 0, stream, new byte[1_024]);
        return stream;
    }

    @Test
    void aServerThatStopsServesHoldersAndSendsWaitersAway() throws IOException {
        RunningServer server = start(new JsonObject().put("drainMs", 20_000));
        try (RawHttp2 http = RawHttp2.connect(server.port())) {
            String token = token(http.answer(http.post("/api/lock/acquire", "{\"resourceName\":\"a\"}")));
            int waiting = http.post("/api/lock/acquire", WAIT);
            assertEquals(1, queueLength(http));
            Future<Void> stopped = server.stop();
            RawHttp.Answer sentAway = http.answer(waiting);
            assertEquals(503, sentAway.code());
            assertTrue(sentAway.body().contains("\"reason\":\"Draining\""), sentAway.body());
            String holder = "{\"resourceName\":\"a\",\"lockToken\":\"" + token + "\"}";
            assertEquals(
                    200, http.answer(http.post("/api/lock/heartbeat", holder)).code());
            assertEquals(503, http.answer(http.post("/api/lock/acquire", WAIT)).code());
            assertEquals(200, release(http, token).code());
            assertEquals(RawHttp2.NO_ERROR, http.awaitClosed());
            RunningServer.await(stopped);
        }
        assertThrows(IllegalStateException.class, server::port);
    }

    private static RawHttp.Answer release(RawHttp2 http, String token) throws IOException {
        return http.answer(http.post("/api/lock/release", "{\"resourceName\":\"a\",\"lockToken\":\"" + token + "\"}"));
    }

    private static int queueLength(RawHttp2 http) throws IOException {
        return new JsonObject(http.answer(http.get("/api/lock/status/a")).body()).getInteger("queueLength");
    }

    private static String token(RawHttp.Answer granted) {
        assertEquals(200, granted.code(), granted::body);
        return new JsonObject(granted.body()).getString("lockToken");
    }
}
