package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LimitsTest {
    @TempDir
    private Path dataDir;

    @Test
    void aFullTableSaysWhenToComeBackAndABusyLockIsStillBusy() throws IOException {
        try (RunningServer server = RunningServer.start(dataDir, new JsonObject().put("maxLocks", 1))) {
            assertEquals(200, acquire(server, "a").code());
            assertEquals(409, acquire(server, "a").code());
            RawHttp.Answer full = acquire(server, "b");
            assertEquals(429, full.code());
            assertTrue(full.body().contains("\"status\":\"LimitExceeded\""), full.body());
            assertEquals("1", full.header("Retry-After"));
        }
    }

    @Test
    void sharersOfOneLockCountLikeAnyOther() throws IOException {
        try (RunningServer server = RunningServer.start(dataDir, new JsonObject().put("maxLocks", 2))) {
            String shared = "{\"resourceName\":\"a\",\"mode\":\"shared\"}";
            for (int expected : new int[] {200, 200, 429}) {
                RawHttp.Answer answer = RawHttp.call(server.port(), "POST", "/api/lock/acquire", shared);
                assertEquals(expected, answer.code());
            }
            assertEquals(409, acquire(server, "a").code());
        }
    }

    private static RawHttp.Answer acquire(RunningServer server, String name) throws IOException {
        return RawHttp.call(server.port(), "POST", "/api/lock/acquire", "{\"resourceName\":\"" + name + "\"}");
    }
}
