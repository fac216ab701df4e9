package io.holdfast.server.http;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.server.log.CommandLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;

/**
 * Where answers go that tell of the lock table: they leave when everything they may tell of is durable. The future fails
 * when an answer cannot be written: the client has gone, or was answered already. When it cannot be said any more what is
 * durable, the client is told that the outcome is unknown. Confined to the event loop.
 */
record Outbox(CommandLog log) {
    private static final LockAnswer UNKNOWN = LockAnswer.refused(
            Status.UNKNOWN, "This server cannot say whether it happened; repeat the request under the same requestId");

    Future<Void> send(HttpServerRequest request, LockAnswer answer) {
        return send(request, () -> Answers.send(request, answer));
    }

    Future<Void> send(HttpServerRequest request, byte[] json) {
        return send(request, () -> Answers.send(request, 200, json));
    }

    private Future<Void> send(HttpServerRequest request, Supplier<Future<Void>> sending) {
        if (log.isDurable()) {
            return sending.get();
        }
        Promise<Void> sent = Promise.promise();
        log.whenDurable(() -> sending.get().onComplete(sent), () -> Answers.send(request, UNKNOWN)
                .onComplete(sent));
        return sent.future();
    }
}
