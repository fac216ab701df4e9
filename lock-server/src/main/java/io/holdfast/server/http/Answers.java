package io.holdfast.server.http;

import io.holdfast.protocol.HealthAnswer;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** Writes answers. The future fails when an answer cannot be written: the client has gone, or was answered already. */
final class Answers {
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");

    private Answers() {}

    static Future<Void> send(HttpServerRequest request, LockAnswer answer) {
        Long retryAfterMillis = answer.retryAfterMs();
        boolean comeBack = answer.status() == Status.UNAVAILABLE || answer.status() == Status.LIMIT_EXCEEDED;
        if (retryAfterMillis != null && comeBack && !isOver(request.response())) {
            long seconds = Math.max(1, (retryAfterMillis + 999) / 1000);
            request.response().putHeader(RETRY_AFTER, Long.toString(seconds));
        }
        return send(request, answer.status().httpCode(), answer.toJson());
    }

    static Future<Void> send(HttpServerRequest request, HealthAnswer answer) {
        return send(request, answer.httpCode(), answer.toJson());
    }

    static Future<Void> send(HttpServerRequest request, int code, byte[] json) {
        HttpServerResponse response = request.response();
        if (isOver(response)) {
            return Future.failedFuture("nobody to answer");
        }
        if (code != 200) {
            response.setStatusCode(code);
        }
        return response.putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(Buffer.buffer(json));
    }

    private static boolean isOver(HttpServerResponse response) {
        return response.ended() || response.closed();
    }
}
