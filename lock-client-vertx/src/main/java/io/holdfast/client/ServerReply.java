package io.holdfast.client;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of one request, the troubles of the network included. Immutable.
 *
 * @param outcome whether there is an answer
 * @param answer the answer; null unless {@link Outcome#ANSWERED}
 * @param detail for people: what went wrong; empty when answered
 */
record ServerReply(Outcome outcome, @Nullable LockAnswer answer, String detail) {

    enum Outcome {
        /** The server decided; its answer says what. */
        ANSWERED,
        /** It is certain that nothing happened. */
        UNAVAILABLE,
        /** It may have happened. */
        UNKNOWN
    }

    static ServerReply answered(LockAnswer answer) {
        return switch (answer.status()) {
            case UNAVAILABLE, LIMIT_EXCEEDED ->
                unavailable("the server answered " + answer.status().wireName() + ": " + answer.message());
            case UNKNOWN -> unknown("the server answered Unknown: " + answer.message());
            default -> new ServerReply(Outcome.ANSWERED, answer, "");
        };
    }

    static ServerReply unavailable(String detail) {
        return new ServerReply(Outcome.UNAVAILABLE, null, detail);
    }

    static ServerReply unknown(String detail) {
        return new ServerReply(Outcome.UNKNOWN, null, detail);
    }

    boolean is(Status status) {
        return answer != null && answer.status() == status;
    }

    LockAnswer requireAnswer() {
        return Objects.requireNonNull(answer);
    }
}
