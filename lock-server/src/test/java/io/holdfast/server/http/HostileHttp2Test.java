package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningServer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients can do to a server in HTTP/2 only; each test ends by showing that others are still served. */
final class HostileHttp2Test {
    private static final int MAX_CONNECTIONS = 100;
    private static final int MAX_BODY_BYTES = 8_192;
    private static final String JSON = "content-type: application/json\r\n";
    private static final String WAIT = "{\"resourceName\":\"held\",\"waitMs\":4000}";

    @TempDir
    private Path dataDir;

    private RunningServer server;

    @BeforeEach
    void start() {
        server = RunningServer.start(
                dataDir,
                new JsonObject()
                        .put("http2", true)
                        .put("requestTimeoutMs", 500)
                        .put("maxBodyBytes", MAX_BODY_BYTES)
                        .put("idleTimeoutMs", 5_000)
                        .put("maxWaitMs", 4_500)
                        .put("maxConnections", MAX_CONNECTIONS));
    }

    @AfterEach
    void stillServesThenStop() throws IOException {
        try (RunningServer stopping = server) {
            byte[] body = "{\"resourceName\":\"still alive\"}".getBytes(StandardCharsets.UTF_8);
            assertEquals(
                    200,
                    RawHttp.call(server.port(), "POST", "/api/lock/acquire", JSON, body)
                            .code());
        }
    }

    private RawHttp2 connect() throws IOException {
        return RawHttp2.connect(server.port());
    }

    private static String hold(RawHttp2 http) throws IOException {
        RawHttp.Answer granted = http.answer(http.post("/api/lock/acquire", "{\"resourceName\":\"held\"}"));
        return new JsonObject(granted.body()).getString("lockToken");
    }

    private static void release(RawHttp2 http, String token) throws IOException {
        String body = "{\"resourceName\":\"held\",\"lockToken\":\"" + token + "\"}";
        assertEquals(200, http.answer(http.post("/api/lock/release", body)).code());
    }

    @Test
    void aBodyThatNeverEndsIsCutOffAndTheOtherStreamsGoOn() throws IOException {
        try (RawHttp2 http = connect()) {
            String token = hold(http);
            int waiting = http.post("/api/lock/acquire", WAIT);
            int slow = http.open(false, "POST", "/api/lock/acquire", JSON);
            http.frame(RawHttp2.DATA, 0, slow, new byte[] {'{'});
            RawHttp.Answer answer = http.answer(slow);
            assertEquals(400, answer.code());
            assertTrue(answer.body().contains("did not arrive in time"), answer.body());
            assertEquals(RawHttp2.NO_ERROR, http.awaitReset(slow));
            assertTrue(http.isOpen(waiting));
            release(http, token);
            assertEquals(200, http.answer(waiting).code());
        }
    }

    @Test
    void aBodyThatTricklesIsCutOffWhileOtherRequestsKeepTheConnectionBusy() throws IOException {
        try (RawHttp2 http = connect()) {
            int slow = http.open(false, "POST", "/api/lock/acquire", JSON);
            for (int sent = 0; http.isOpen(slow); sent++) {
                // More, as a fast machine could send, would be too long before it is late.
                if (sent < MAX_BODY_BYTES) {
                    http.frame(RawHttp2.DATA, 0, slow, new byte[] {' '});
                }
                assertEquals(200, http.answer(http.get("/livez")).code());
            }
            assertEquals(400, http.answer(slow).code());
        }
    }

    @Test
    void aBodyThatNobodyReadsIsCutOff() throws IOException {
        try (RawHttp2 http = connect()) {
            for (String path : new String[] {"/livez", "/nope", "/api/lock/status/a"}) {
                int endless = http.open(false, "GET", path, "");
                assertTrue(http.answer(endless).code() < 500);
                assertEquals(RawHttp2.NO_ERROR, http.awaitReset(endless));
            }
            assertEquals(200, http.answer(http.get("/livez")).code());
        }
    }

    @Test
    void aBodyThatIsTooLongIsRefused() throws IOException {
        try (RawHttp2 http = connect()) {
            int said = http.open(false, "POST", "/api/lock/acquire", JSON + "content-length: 8193\r\n");
            assertEquals(413, http.answer(said).code());
            int unsaid = http.open(false, "POST", "/api/lock/acquire", JSON);
            http.frame(RawHttp2.DATA, 0, unsaid, new byte[MAX_BODY_BYTES]);
            http.frame(RawHttp2.DATA, 0, unsaid, new byte[1]);
            assertEquals(413, http.answer(unsaid).code());
            assertEquals(200, http.answer(http.get("/livez")).code());
        }
    }

    @Test
    void aClientThatGoesAwayInTheMiddleOfItsBodyTakesNoLock() throws IOException {
        try (RawHttp2 http = connect()) {
            int half = http.open(false, "POST", "/api/lock/acquire", JSON);
            http.frame(RawHttp2.DATA, 0, half, "{\"resourceName\":\"half\"}".getBytes(StandardCharsets.UTF_8));
            http.reset(half);
            String status = http.answer(http.get("/api/lock/status/half")).body();
            assertTrue(status.contains("\"isLocked\":false"), status);
        }
    }

    @Test
    void streamsTooManyAreRefusedAndTheOthersGoOn() throws IOException {
        try (RawHttp2 http = connect()) {
            String token = hold(http);
            List<Integer> waiting = new ArrayList<>();
            for (int i = 0; i < Http2Codec.MAX_STREAMS; i++) {
                waiting.add(http.post("/api/lock/acquire", WAIT));
            }
            assertEquals(RawHttp2.REFUSED_STREAM, http.awaitReset(http.get("/livez")));
            http.reset(waiting.get(1));
            release(http, token);
            assertEquals(200, http.answer(waiting.get(0)).code());
        }
    }

    @Test
    void openingAndResettingWithoutEndClosesTheConnection() throws IOException {
        try (RawHttp2 http = connect()) {
            hold(http);
            for (int i = 0; i <= Http2Codec.MAX_RESETS; i++) {
                http.reset(http.post("/api/lock/acquire", WAIT));
            }
            assertEquals(RawHttp2.ENHANCE_YOUR_CALM, http.awaitClosed());
        } catch (SocketException e) {
            // closed while the last ones were being sent
        }
        assertEquals(0, queueLength());
    }

    @Test
    void headersInPiecesWithoutEndCloseTheConnection() throws IOException {
        try (RawHttp2 http = connect()) {
            http.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.block("GET", "/livez", ""));
            for (int i = 0; i < 17; i++) {
                http.frame(RawHttp2.CONTINUATION, 0, 1, new byte[0]);
            }
            assertEquals(RawHttp2.ENHANCE_YOUR_CALM, http.awaitClosed());
        }
    }

    @Test
    void headersThatAreTooLongAreRefused() throws IOException {
        try (RawHttp2 http = connect()) {
            String header = "x-long: " + "x".repeat(9_000) + "\r\n";
            int stream = http.open(true, "GET", "/livez", header);
            assertEquals(431, http.answer(stream).code());
        }
    }

    @Test
    void headersThatNeverEndAreCutOff() throws IOException {
        try (RawHttp2 http = connect()) {
            http.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.block("GET", "/livez", ""));
            http.awaitClosed();
        }
    }

    @Test
    void whoeverDoesNotBeginIsCutOff() throws IOException {
        byte[][] beginnings = {
            {}, {'P', 'R', 'I'}, RawHttp2.PREFACE, "PRI * HTTP/2.0\r\n\r\nXX".getBytes(StandardCharsets.US_ASCII)
        };
        for (byte[] beginning : beginnings) {
            try (RawHttp2 http = RawHttp2.silent(server.port())) {
                http.send(beginning);
                http.awaitClosed();
            }
        }
        try (RawHttp2 http = connect()) {
            http.awaitClosed();
        }
    }

    @Test
    void pingsDoNotKeepAConnectionThatAsksForNothing() throws IOException {
        try (RawHttp2 http = connect()) {
            while (true) {
                http.ping();
                http.awaitPong();
            }
        } catch (IOException e) {
            assertFalse(e instanceof java.net.SocketTimeoutException, e::toString);
        }
    }

    @Test
    void connectionsTooManyAreClosedAndSilentOnesMakeRoom() throws IOException {
        List<RawHttp2> open = new ArrayList<>();
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            open.add(i % 2 == 0 ? connect() : RawHttp2.silent(server.port()));
        }
        try (RawHttp2 refused = RawHttp2.silent(server.port())) {
            refused.awaitClosed();
        }
        for (RawHttp2 http : open) {
            http.awaitClosed();
            http.close();
        }
    }

    @Test
    void whatIsNoRequestIsRefused() throws IOException {
        String[][] fields = {
            {":method", "GET"},
            {":method", "CONNECT", ":authority", "localhost"},
            {":method", "GET", ":scheme", "http", ":path", ""},
            {":method", "GET", ":scheme", "http", ":path", "/livez", ":path", "/livez"},
            {":method", "GET", ":scheme", "http", ":path", "/livez", ":status", "200"},
            {":method", "GET", ":scheme", "http", ":path", "/livez", "Upper", "case"},
            {":method", "GET", ":scheme", "http", ":path", "/livez", "connection", "close"},
            {"x", "y", ":method", "GET", ":scheme", "http", ":path", "/livez"},
            {},
        };
        for (String[] request : fields) {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            for (int i = 0; i < request.length; i += 2) {
                RawHttp2.field(block, request[i], request[i + 1]);
            }
            try (RawHttp2 http = connect()) {
                int flags = RawHttp2.END_HEADERS | RawHttp2.END_STREAM;
                http.frame(RawHttp2.HEADERS, flags, 1, block.toByteArray());
                String what = String.join(" ", request);
                try {
                    int code = http.answer(1).code();
                    assertTrue(code < 500, what + " " + code);
                } catch (IOException reset) {
                    assertFalse(reset instanceof java.net.SocketTimeoutException, what);
                }
            }
        }
    }

    @Test
    void randomFramesHurtNobodyElse() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            try (RawHttp2 http = connect()) {
                http.post("/api/lock/acquire", "{\"resourceName\":\"" + i + "\"}");
                for (int frames = random.nextInt(5); frames >= 0; frames--) {
                    byte[] payload = new byte[random.nextInt(40)];
                    random.nextBytes(payload);
                    http.frame(random.nextInt(11), random.nextInt(256), random.nextInt(5), payload);
                }
                byte[] noise = new byte[random.nextInt(100)];
                random.nextBytes(noise);
                http.send(noise);
            } catch (SocketException e) {
                // closed in the middle of it, or one too many
            }
        }
        awaitRoomForAll("seed " + seed);
    }

    /** A connection that is gone and still counted would keep somebody else out for ever. */
    private void awaitRoomForAll(String what) throws IOException {
        long end = System.nanoTime() + 10_000_000_000L;
        int served = 0;
        while (served < MAX_CONNECTIONS - 1 && System.nanoTime() < end) {
            served = serveAtOnce(MAX_CONNECTIONS - 1); // one is left for the call after the test
        }
        assertEquals(MAX_CONNECTIONS - 1, served, what);
    }

    private int serveAtOnce(int connections) throws IOException {
        List<RawHttp2> open = new ArrayList<>();
        int served = 0;
        for (int i = 0; i < connections; i++) {
            try {
                open.add(connect());
            } catch (SocketException refused) {
                // One too many, and closed before it had said a word: not all of those before are gone yet.
            }
        }
        for (RawHttp2 http : open) {
            served += isServed(http) ? 1 : 0;
        }
        for (RawHttp2 http : open) {
            http.close();
        }
        return served;
    }

    private static boolean isServed(RawHttp2 http) {
        try {
            return http.answer(http.get("/livez")).code() == 200;
        } catch (IOException refused) {
            return false; // not all of those before are gone yet
        }
    }

    private int queueLength() throws IOException {
        String status =
                RawHttp.call(server.port(), "GET", "/api/lock/status/held", "").body();
        return new JsonObject(status).getInteger("queueLength", 0);
    }
}
