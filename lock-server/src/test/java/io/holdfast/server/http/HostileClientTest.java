package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients do to a server by accident or on purpose; each test ends by showing that others are still served. */
class HostileClientTest {
    private static final int MAX_CONNECTIONS = 300;

    @TempDir
    private Path dataDir;

    private RunningServer server;

    @BeforeEach
    void start() {
        server = RunningServer.start(
                dataDir,
                config().put("requestTimeoutMs", 300)
                        .put("idleTimeoutMs", 1_000)
                        .put("maxWaitMs", 500)
                        .put("maxConnections", MAX_CONNECTIONS));
    }

    JsonObject config() {
        return new JsonObject();
    }

    @AfterEach
    void stillServesThenStop() throws IOException {
        try (RunningServer stopping = server) {
            assertEquals(
                    200,
                    call("POST", "/api/lock/acquire", "{\"resourceName\":\"still alive\"}")
                            .code());
        }
    }

    private RawHttp.Answer call(String method, String path, String body) throws IOException {
        return RawHttp.call(server.port(), method, path, body);
    }

    private RawHttp connect() throws IOException {
        return new RawHttp(server.port());
    }

    @Test
    void aBodyThatIsTooLongIsRefusedByItsLengthAlone() throws IOException {
        String body = "{\"resourceName\":\"" + "x".repeat(1 << 20) + "\"}";
        RawHttp.Answer answer = call("POST", "/api/lock/acquire", body);
        assertEquals(413, answer.code());
        assertTrue(answer.body().contains("\"status\":\"PayloadTooLarge\""), answer.body());
    }

    @Test
    void aBodyThatIsTooLongIsRefusedAlsoWhenItDoesNotSayHowLongItIs() throws IOException {
        try (RawHttp http = connect()) {
            http.send("POST /api/lock/acquire HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "1000\r\n" + "x".repeat(0x1000) + "\r\n";
            for (int i = 0; i < 5; i++) {
                http.send(chunk);
            }
            assertEquals(413, http.read().code());
        }
    }

    @Test
    void aContentLengthBeyondReasonIsRefused() throws IOException {
        try (RawHttp http = connect()) {
            http.send("POST /api/lock/acquire HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
            assertEquals(413, http.read().code());
            http.awaitClosed();
        }
    }

    @Test
    void aHostThatIsNoneIsRefused() throws IOException {
        for (String host : List.of("", "Host: a b\r\n")) {
            try (RawHttp http = connect()) {
                http.send("POST /api/lock/acquire HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\n{}");
                assertEquals(400, http.read().code(), "'" + host + "'");
            }
        }
    }

    @Test
    void aBodyOfExactlyTheLimitIsRead() throws IOException {
        String padding = " ".repeat(16_384 - "{\"resourceName\":\"full\"}".length());
        assertEquals(
                200,
                call("POST", "/api/lock/acquire", "{\"resourceName\":\"full\"}" + padding)
                        .code());
        assertEquals(
                413,
                call("POST", "/api/lock/acquire", "{\"resourceName\":\"full\"}" + padding + " ")
                        .code());
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        String deep = "{\"resourceName\":\"a\",\"x\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}";
        assertEquals(400, call("POST", "/api/lock/acquire", deep).code());
    }

    @Test
    void headersThatNeverEndAreCutOff() throws IOException {
        try (RawHttp http = connect()) {
            http.send("POST /api/lock/acquire HTTP/1.1\r\nHost: x\r\nX-Slow: ");
            http.awaitClosed();
        }
    }

    @Test
    void headersThatTrickleAreCutOffOnAUsedConnectionToo() throws IOException {
        try (RawHttp http = connect()) {
            http.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
            assertEquals(200, http.read().code());
            http.send("GET /livez HTTP/1.1\r\nX-Slow: ");
            http.awaitClosed();
        }
    }

    @Test
    void aBodyThatNeverEndsIsRefusedAndCutOff() throws IOException {
        try (RawHttp http = connect()) {
            http.send("POST /api/lock/acquire HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"resource");
            RawHttp.Answer answer = http.read();
            assertEquals(400, answer.code());
            assertTrue(answer.body().contains("did not arrive in time"), answer.body());
            http.awaitClosed();
        }
    }

    @Test
    void aClientThatGoesAwayInTheMiddleOfItsBodyTakesNoLock() throws IOException {
        try (RawHttp http = connect()) {
            http.send("POST /api/lock/acquire HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n");
            http.send("{\"resourceName\":\"half\"}");
        }
        assertTrue(call("GET", "/api/lock/status/half", "").body().contains("\"isLocked\":false"));
    }

    @Test
    void silentConnectionsAreClosedAndTheOnesTooManyAtOnce() throws IOException {
        List<RawHttp> idle = new ArrayList<>();
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            idle.add(connect());
        }
        try (RawHttp refused = connect()) {
            refused.awaitClosed();
        }
        for (RawHttp http : idle) {
            http.awaitClosed();
            http.close();
        }
    }

    @Test
    void whatIsNotHttpGetsAClearAnswerOrNone() throws IOException {
        String[] nonsense = {
            "HELLO\r\n\r\n",
            "GET /" + "x".repeat(10_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(10_000) + "\r\n\r\n",
            "POST /api/lock/acquire HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n",
            "POST /api/lock/acquire HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        };
        for (String request : nonsense) {
            try (RawHttp http = connect()) {
                http.send(request);
                RawHttp.Answer answer = http.read();
                assertEquals(400, answer.code(), request.substring(0, Math.min(40, request.length())));
                assertTrue(answer.body().contains("\"status\":\"BadRequest\""), answer.body());
            }
        }
    }

    @Test
    void aPathThatIsNoPathIsRefused() throws IOException {
        for (String path : new String[] {"livez", "http://elsewhere/livezz", "?", "*", "//", "/%"}) {
            RawHttp.Answer answer = call("GET", path, "");
            assertTrue(answer.code() == 404 || answer.code() == 400, () -> path + " " + answer);
            assertTrue(answer.body().startsWith("{\"success\":false"), () -> path + " " + answer);
        }
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() throws IOException {
        byte[][] bodies = {
            "{\"resourceName\":\"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1),
            "{\"resourceName\":\"utf16\"}".getBytes(StandardCharsets.UTF_16),
            "{\"resourceName\":\"utf16\"}".getBytes(StandardCharsets.UTF_16LE),
            {'{', '"', 'r', (byte) 0xC0, (byte) 0x80, '"', ':', '1', '}'},
            {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', ':', '1', '}'},
        };
        for (byte[] body : bodies) {
            String type = "Content-Type: application/json\r\n";
            assertEquals(
                    400,
                    RawHttp.call(server.port(), "POST", "/api/lock/acquire", type, body)
                            .code());
        }
    }

    @Test
    void randomBytesNeverGetAServerError() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] valid = "{\"resourceName\":\"fuzz\",\"clientId\":\"c\",\"ttlMs\":5000}".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 500; i++) {
            byte[] body = valid.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            RawHttp.Answer answer = RawHttp.call(server.port(), "POST", "/api/lock/acquire", "", body);
            assertTrue(answer.code() < 500, () -> "seed " + seed + ": " + answer);
        }
    }

    @Test
    void aConnectionIsUsedForManyRequestsAndPipelines() throws IOException {
        try (RawHttp http = connect()) {
            String one = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
            http.send(one.repeat(50));
            for (int i = 0; i < 50; i++) {
                assertEquals(200, http.read().code());
            }
        }
    }

    /** Only calls that succeeded used to count as life. */
    @Test
    void aConnectionThatIsAnsweredWithRefusalsIsNotIdle() throws IOException {
        try (RawHttp http = connect()) {
            long end = System.nanoTime() + 1_500_000_000L;
            while (System.nanoTime() < end) {
                http.send("GET /nope HTTP/1.1\r\nHost: x\r\n\r\n");
                assertEquals(404, http.read().code());
            }
        }
    }

    @Test
    void aBodyThatNobodyAskedForEndsTheConnection() throws IOException {
        try (RawHttp http = connect()) {
            http.send("PUT /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
            assertEquals(404, http.read().code());
            http.awaitClosed();
        }
    }

    @Test
    void onceTheServerIsGoneNobodyIsAnswered() throws IOException {
        int port = server.port();
        server.close();
        assertThrows(IOException.class, () -> RawHttp.call(port, "GET", "/livez", ""));
        server = RunningServer.start(dataDir.resolve("another"), new JsonObject());
    }
}
