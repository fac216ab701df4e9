package io.holdfast.server.http;

import io.vertx.core.json.JsonObject;

/** HTTP/1.1 keeps its bounds when the server looks for HTTP/2 in the first bytes of every connection. */
final class HostileClientBesideHttp2Test extends HostileClientTest {
    @Override
    JsonObject config() {
        return new JsonObject().put("http2", true);
    }
}
