package io.holdfast.verification;

import static io.holdfast.verification.LocalServer.await;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A way to the server that breaks when a test says so. Its state belongs to one event loop. */
final class BadLine {
    private final URI server;
    private final NetClient client;
    private final NetServer entrance;
    private final Context context;
    private final List<NetSocket> open = new ArrayList<>();
    private Promise<Void> passed = Promise.promise();
    private boolean losesNextAnswer;

    private BadLine(Vertx vertx, URI server) {
        this.server = server;
        this.context = vertx.getOrCreateContext();
        this.client = vertx.createNetClient();
        this.entrance = vertx.createNetServer().connectHandler(caller -> {
            caller.pause(); // at once, or what arrives before the other half stands is lost
            context.runOnContext(v -> connected(caller));
        });
    }

    static BadLine to(Vertx vertx, URI server) throws Exception {
        BadLine line = new BadLine(vertx, server);
        await(line.entrance.listen(0, "127.0.0.1"));
        return line;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + entrance.actualPort());
    }

    /** Closes all connections. The answer completes when a request has passed after that. */
    Future<Void> cut() throws Exception {
        return await(onContext(() -> {
            passed = Promise.promise();
            List.copyOf(open).forEach(NetSocket::close);
            open.clear();
            return passed.future();
        }));
    }

    /** The next answer does not arrive; its connection is closed instead. */
    void loseNextAnswer() throws Exception {
        await(onContext(() -> losesNextAnswer = true));
    }

    private <T> Future<T> onContext(Supplier<T> action) {
        Promise<T> done = Promise.promise();
        context.runOnContext(v -> done.complete(action.get()));
        return done.future();
    }

    private void connected(NetSocket caller) {
        open.add(caller);
        client.connect(server.getPort(), server.getHost())
                .onSuccess(callee -> context.runOnContext(v -> {
                    open.add(callee);
                    callee.handler(data -> context.runOnContext(w -> answered(caller, data)));
                    callee.closeHandler(closed -> caller.close());
                    caller.closeHandler(closed -> callee.close());
                    caller.handler(
                            data -> callee.write(data).onSuccess(w -> context.runOnContext(x -> passed.tryComplete())));
                    caller.resume();
                }));
    }

    private void answered(NetSocket caller, Buffer data) {
        if (losesNextAnswer) {
            losesNextAnswer = false;
            caller.close();
        } else {
            caller.write(data);
        }
    }
}
