package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningServer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that stops used to close its port at once, and with it the way for releases and heartbeats. */
final class DrainTest {
    @TempDir
    private Path dataDir;

    @Test
    void holdersAreServedUntilTheyHaveReleasedAndThatIsACleanEnd() throws IOException {
        RunningServer server = RunningServer.start(dataDir, new JsonObject().put("drainMs", 20_000));
        String holder = "{\"resourceName\":\"a\",\"lockToken\":\"" + acquire(server.port()) + "\"}";
        int port = server.port();
        Future<Void> stopped = server.stop();
        assertEquals(
                200, RawHttp.call(port, "POST", "/api/lock/heartbeat", holder).code());
        RawHttp.Answer refused = RawHttp.call(port, "POST", "/api/lock/acquire", "{\"resourceName\":\"b\"}");
        assertEquals(503, refused.code());
        assertTrue(refused.body().contains("\"reason\":\"Draining\""), refused.body());
        assertEquals(200, RawHttp.call(port, "GET", "/livez", "").code());
        assertEquals(
                200, RawHttp.call(port, "POST", "/api/lock/release", holder).code());
        RunningServer.await(stopped);
        try (RunningServer next = RunningServer.start(dataDir, new JsonObject())) {
            assertEquals(200, RawHttp.call(next.port(), "GET", "/readyz", "").code());
        }
    }

    private static String acquire(int port) throws IOException {
        String body = RawHttp.call(port, "POST", "/api/lock/acquire", "{\"resourceName\":\"a\"}")
                .body();
        return new JsonObject(body).getString("lockToken");
    }
}
