package io.holdfast.server;

import io.holdfast.server.http.BackupRoute;
import io.holdfast.server.http.Connections;
import io.holdfast.server.http.LockRoutes;
import io.holdfast.server.service.Events;
import io.holdfast.server.service.LockService;
import io.holdfast.server.service.TimeSource;
import io.holdfast.server.service.TokenSource;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

/**
 * One lock table being served, from the moment its state is known until the server stops or another node leads. Confined
 * to the event loop.
 */
final class Serving {
    private final Vertx vertx;
    private final LockService service;
    private final Handler<HttpServerRequest> routes;
    private final long tick;
    private boolean lost;

    Serving(
            Vertx vertx,
            LockServerConfig config,
            TimeSource time,
            StoredState state,
            Connections connections,
            boolean onLoopback,
            BackupRoute backup) {
        this.vertx = vertx;
        Events events =
                new Events(config.events(), state.firstEventId(), time, state.log(), work -> vertx.getOrCreateContext()
                        .runOnContext(turn -> Ticks.repeat(vertx, work)));
        this.service = new LockService(
                state.table(),
                time,
                new TokenSource(),
                state.promises(),
                config.service(),
                state.recoveryMillis(),
                events);
        service.resume();
        this.routes = new LockRoutes(
                        service,
                        state.log(),
                        connections,
                        config.rules(),
                        config.http().maxBodyBytes(),
                        onLoopback,
                        backup)
                .handler(vertx);
        this.tick = Ticks.every100Millis(vertx, this::tick);
    }

    private boolean tick() {
        boolean more = service.tick();
        if (lost && !service.isBusy()) {
            vertx.cancelTimer(tick);
        }
        return more;
    }

    LockService service() {
        return service;
    }

    Handler<HttpServerRequest> routes() {
        return routes;
    }

    /**
     * Another node may lead. What still waits for an answer is told that its outcome is unknown, because the log says so to
     * everybody who asks it now; what takes several turns is brought to its end for the same answer.
     */
    void lose() {
        lost = true;
        service.drain();
        service.events().end();
    }
}
