package io.holdfast.server.http;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.server.log.CommandLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;

/**
 * Where answers go that tell of the lock table: they leave when everything they may tell of is durable. The future fails
 * when an answer cannot be written: the client has gone, or was answered already. Confined to the event loop.
 */
record Outbox(CommandLog log) {
    Future<Void> send(HttpServerRequest request, LockAnswer answer) {
        return send(() -> Answers.send(request, answer));
    }

    Future<Void> send(HttpServerRequest request, byte[] json) {
        return send(() -> Answers.send(request, 200, json));
    }

    private Future<Void> send(Supplier<Future<Void>> sending) {
        if (log.isDurable()) {
            return sending.get();
        }
        Promise<Void> sent = Promise.promise();
        log.whenDurable(() -> sending.get().onComplete(sent));
        return sent.future();
    }
}
