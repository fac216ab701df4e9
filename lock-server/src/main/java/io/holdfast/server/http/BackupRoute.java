package io.holdfast.server.http;

import io.holdfast.protocol.BackupAnswer;
import io.holdfast.protocol.LockAnswer;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/** Lets an operator have the state written to a file. Confined to the event loop. */
public final class BackupRoute implements Handler<HttpServerRequest> {
    private final Maker maker;
    private final boolean onLoopback;

    /** Writes the state to a file. */
    @FunctionalInterface
    public interface Maker {
        /** Calls back once, with what was made or with why not. */
        void backUp(Consumer<BackupAnswer> made, Consumer<LockAnswer> refused);
    }

    /**
     * Creates the route.
     *
     * @param onLoopback whether nobody can reach it from another machine
     */
    public BackupRoute(Maker maker, boolean onLoopback) {
        this.maker = maker;
        this.onLoopback = onLoopback;
    }

    @Override
    public void handle(HttpServerRequest request) {
        LockAnswer refusal = LockRoutes.refusalToOperate(request, onLoopback);
        if (!request.method().equals(HttpMethod.POST)) {
            LockRoutes.methodNotAllowed(request, "POST");
        } else if (refusal != null) {
            LockRoutes.refuse(request, refusal);
        } else {
            maker.backUp(made -> Answers.send(request, 200, made.toJson()), refused -> Answers.send(request, refused));
        }
    }
}
