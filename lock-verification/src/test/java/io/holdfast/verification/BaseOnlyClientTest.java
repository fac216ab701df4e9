package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.blocking.BlockingLockClient;
import io.holdfast.client.blocking.LockHandle;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that knows the base contract only, and writes its properties the way such clients do. */
@Timeout(30)
final class BaseOnlyClientTest {
    private static final String NAME = "a/b c?ü%2F#";

    @TempDir
    private Path dataDir;

    private final HttpClient http = HttpClient.newHttpClient();
    private LocalServer server;

    @BeforeEach
    void start() throws Exception {
        server = LocalServer.start(dataDir);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void itAcquiresBeatsAndReleases() throws Exception {
        assertFalse(isLocked());
        Answer granted = post("acquire", owner("base"));
        assertEquals(new Answer(200, "Acquired", granted.token()), granted);
        assertTrue(isLocked());
        assertEquals(new Answer(409, "Busy", null), post("acquire", owner("another")));
        JsonObject hold = hold(granted.token());
        assertEquals(new Answer(200, "HeartbeatReceived", granted.token()), post("heartbeat", hold));
        assertEquals(new Answer(409, "InvalidToken", null), post("heartbeat", hold("guessed")));
        assertEquals(200, post("release", hold).code());
        assertFalse(isLocked());
        assertEquals(new Answer(404, "NotFound", null), post("release", hold));
        assertEquals(new Answer(404, "NotFound", null), post("heartbeat", hold));
    }

    @Test
    void itAndTheLibraryKeepEachOtherOut() throws Exception {
        try (BlockingLockClient library = BlockingLockClient.create(server.options("library"))) {
            try (LockHandle lock = library.tryAcquire(NAME)) {
                assertNotNull(lock);
                assertTrue(isLocked());
                assertEquals(new Answer(409, "Busy", null), post("acquire", owner("base")));
            }
            Answer granted = post("acquire", owner("base"));
            assertEquals(200, granted.code());
            assertNull(library.tryAcquire(NAME));
            assertEquals("base", library.status(NAME).clientId());
            assertEquals(200, post("release", hold(granted.token())).code());
            assertFalse(library.isLocked(NAME));
        }
    }

    private record Answer(int code, String status, String token) {}

    private static JsonObject owner(String clientId) {
        return new JsonObject().put("ResourceName", NAME).put("ClientId", clientId);
    }

    private static JsonObject hold(String token) {
        return new JsonObject().put("ResourceName", NAME).put("LockToken", token);
    }

    private Answer post(String call, JsonObject body) throws Exception {
        HttpResponse<String> response = send(HttpRequest.newBuilder(uri(call))
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(BodyPublishers.ofString(body.encode())));
        JsonObject answer = new JsonObject(response.body());
        assertEquals(response.statusCode() == 200, answer.getBoolean("success"));
        return new Answer(response.statusCode(), answer.getString("status"), answer.getString("lockToken"));
    }

    private boolean isLocked() throws Exception {
        String segment = URLEncoder.encode(NAME, StandardCharsets.UTF_8).replace("+", "%20");
        HttpResponse<String> response =
                send(HttpRequest.newBuilder(uri("status/" + segment)).GET());
        assertEquals(200, response.statusCode());
        JsonObject status = new JsonObject(response.body());
        assertEquals(NAME, status.getString("resourceName"));
        return status.getBoolean("isLocked");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private URI uri(String call) {
        return URI.create(server.endpoint() + "/api/lock/" + call);
    }
}
