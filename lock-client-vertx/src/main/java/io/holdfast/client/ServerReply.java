package io.holdfast.client;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of one request, the troubles of the network included. Immutable.
 *
 * @param outcome whether there is an answer
 * @param answer the answer; null unless {@link Outcome#ANSWERED}
 * @param detail for people: what went wrong; empty when answered
 * @param retryAfterMillis how long the server asks to be left alone; 0 if it does not
 */
record ServerReply(Outcome outcome, @Nullable LockAnswer answer, String detail, long retryAfterMillis) {
    /** Whatever a server asks for, it is asked again after that. */
    private static final long MAX_RETRY_AFTER_MILLIS = 60_000;

    enum Outcome {
        /** The server decided; its answer says what. */
        ANSWERED,
        /** It is certain that nothing happened. */
        UNAVAILABLE,
        /** It may have happened. */
        UNKNOWN
    }

    /** Reads what came back, or why nothing did. */
    static ServerReply read(AsyncResult<HttpResponse<Buffer>> done) {
        if (done.failed()) {
            return HttpTransport.isNothingSent(done.cause())
                    ? unavailable("no connection: " + done.cause().getMessage())
                    : unknown(String.valueOf(done.cause().getMessage()));
        }
        return read(done.result().statusCode(), done.result().body());
    }

    /** Reads what came back. */
    static ServerReply read(int code, Buffer body) {
        try {
            LockAnswer answer = LockAnswer.read(body.getBytes());
            // Something on the way that answers for the server would hardly get both right.
            return answer.status().httpCode() == code
                    ? answered(answer)
                    : unknown("HTTP code " + code + " does not go with the answer");
        } catch (IOException e) {
            return unknown("HTTP code " + code + " with a body that is no answer");
        }
    }

    static ServerReply answered(LockAnswer answer) {
        return switch (answer.status()) {
            case UNAVAILABLE, LIMIT_EXCEEDED -> unavailable(answer);
            case UNKNOWN -> unknown("the server answered Unknown: " + answer.message());
            default -> new ServerReply(Outcome.ANSWERED, answer, "", 0);
        };
    }

    private static ServerReply unavailable(LockAnswer answer) {
        String detail = "the server answered " + answer.status().wireName() + ": " + answer.message();
        long after = answer.retryAfterMs() == null ? 0 : answer.retryAfterMs();
        return new ServerReply(Outcome.UNAVAILABLE, null, detail, Math.max(0, Math.min(MAX_RETRY_AFTER_MILLIS, after)));
    }

    static ServerReply unavailable(String detail) {
        return new ServerReply(Outcome.UNAVAILABLE, null, detail, 0);
    }

    static ServerReply unknown(String detail) {
        return new ServerReply(Outcome.UNKNOWN, null, detail, 0);
    }

    boolean is(Status status) {
        return answer != null && answer.status() == status;
    }

    LockAnswer requireAnswer() {
        return Objects.requireNonNull(answer);
    }
}
