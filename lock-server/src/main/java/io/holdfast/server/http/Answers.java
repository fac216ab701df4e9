package io.holdfast.server.http;

import io.holdfast.protocol.HealthAnswer;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.StatusAnswer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Objects;

/** Writes answers. An answer to a client that has gone, or to a request that was answered already, goes nowhere. */
final class Answers {
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");

    private Answers() {}

    static void send(HttpServerRequest request, LockAnswer answer) {
        boolean comeBack = answer.status() == Status.UNAVAILABLE || answer.status() == Status.LIMIT_EXCEEDED;
        if (comeBack && !isOver(request.response())) {
            long millis = Objects.requireNonNullElse(answer.retryAfterMs(), 1_000L);
            request.response().putHeader(RETRY_AFTER, Long.toString(Math.max(1, (millis + 999) / 1000)));
        }
        send(request, answer.status().httpCode(), answer.toJson());
    }

    static void send(HttpServerRequest request, StatusAnswer answer) {
        send(request, 200, answer.toJson());
    }

    static void send(HttpServerRequest request, HealthAnswer answer) {
        send(request, answer.httpCode(), answer.toJson());
    }

    private static void send(HttpServerRequest request, int code, byte[] json) {
        HttpServerResponse response = request.response();
        if (isOver(response)) {
            return;
        }
        if (code != 200) {
            response.setStatusCode(code);
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(Buffer.buffer(json));
    }

    private static boolean isOver(HttpServerResponse response) {
        return response.ended() || response.closed();
    }
}
