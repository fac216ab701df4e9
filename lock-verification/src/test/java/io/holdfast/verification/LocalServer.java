package io.holdfast.verification;

import io.holdfast.client.LockClientOptions;
import io.holdfast.server.LockServerVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The real server in this process, on a Vert.x of its own and a free port. */
final class LocalServer implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final URI endpoint;

    private LocalServer(Path dataDir, JsonObject settings) throws Exception {
        LockServerVerticle verticle = new LockServerVerticle();
        JsonObject config = new JsonObject()
                .put("port", 0)
                .put("storage", "memory")
                .put("dataDir", dataDir.toString())
                .put("drainMs", 100)
                .mergeIn(settings);
        await(vertx.deployVerticle(verticle, new DeploymentOptions().setConfig(config)));
        endpoint = URI.create("http://127.0.0.1:" + verticle.actualPort());
    }

    /** In memory mode. */
    static LocalServer start(Path dataDir) throws Exception {
        return start(dataDir, new JsonObject());
    }

    /** With these settings besides. */
    static LocalServer start(Path dataDir, JsonObject settings) throws Exception {
        return new LocalServer(dataDir, settings);
    }

    URI endpoint() {
        return endpoint;
    }

    /** For a client of that name. */
    LockClientOptions options(String clientId) {
        return LockClientOptions.defaults().withEndpoint(endpoint).withClientId(clientId);
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.await(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        await(vertx.close());
    }
}
