package io.holdfast.server;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The real verticle on an ephemeral loopback port; {@code -DioUring=true} has all of them use io_uring. */
public final class RunningServer implements AutoCloseable {
    private static final int WAIT_SECONDS = 20;

    private final Vertx vertx;
    private final LockServerVerticle verticle = new LockServerVerticle();

    private RunningServer(JsonObject config) {
        boolean ioUring = Boolean.getBoolean("ioUring") || config.getBoolean("ioUring", false);
        vertx = ioUring ? Transports.builder(new VertxOptions(), true).build() : Vertx.vertx();
        await(vertx.deployVerticle(verticle, new DeploymentOptions().setConfig(config)));
    }

    /** Starts a server with that configuration on top of an ephemeral port; in memory mode if it does not say. */
    public static RunningServer start(Path dataDir, JsonObject config) {
        return new RunningServer(new JsonObject()
                .put("storage", "memory")
                .put("drainMs", 0)
                .mergeIn(config)
                .put("port", 0)
                .put("dataDir", dataDir.toString()));
    }

    public int port() {
        return verticle.actualPort();
    }

    /** Begins to stop, as SIGTERM does. */
    public Future<Void> stop() {
        return vertx.close();
    }

    @Override
    public void close() {
        await(stop());
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.await(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new AssertionError("not done after " + WAIT_SECONDS + " s", e);
        }
    }
}
