package io.holdfast.server.http;

import io.holdfast.server.IoUring;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeAll;

/** The bounds hold whatever the server talks to its sockets by. */
final class HostileClientOverIoUringTest extends HostileClientTest {
    @BeforeAll
    static void needIoUring() {
        IoUring.assume();
    }

    @Override
    JsonObject config() {
        return new JsonObject().put("ioUring", true);
    }
}
