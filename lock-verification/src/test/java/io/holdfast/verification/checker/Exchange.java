package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Call;
import io.holdfast.verification.checker.HistoryEvent.Outcome;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A call and, once there is one, its answer. */
final class Exchange implements Witness {
    final Call call;

    @Nullable
    Answer answer;
    /** The hold whose token the call names, when it is known. */
    @Nullable
    Hold hold;
    /** What an acquire or a cancel is about. */
    @Nullable
    Request request;
    /** The highest fencing token that anybody had seen before an acquire was sent, and who. */
    long newestBefore;

    @Nullable
    Witness newestWitness;

    Exchange(Call call) {
        this.call = call;
    }

    long sent() {
        return call.atMicros();
    }

    /** When it was over for the client; never if there was no answer. */
    long received() {
        return answer == null ? Long.MAX_VALUE : answer.atMicros();
    }

    boolean isOpen() {
        return answer == null;
    }

    boolean isOk() {
        return answer != null && answer.outcome() == Outcome.OK;
    }

    boolean isRefused() {
        return answer != null && answer.outcome() == Outcome.REFUSED;
    }

    boolean isUnknown() {
        return answer != null && answer.outcome() == Outcome.UNKNOWN;
    }

    /** The server said that there is no such hold. */
    boolean saysGone() {
        return isRefused() && (hasStatus("NotFound") || hasStatus("InvalidToken"));
    }

    boolean hasStatus(String status) {
        return answer != null && answer.status().equals(status);
    }

    /** The latest moment at which it may have taken effect. */
    long effectBy() {
        return isOk() ? received() : Long.MAX_VALUE;
    }

    @Override
    public String told() {
        StringBuilder text = new StringBuilder("[").append(Words.time(sent())).append(" .. ");
        text.append(answer == null ? "?" : Words.time(answer.atMicros())).append("] ");
        text.append(call.client()).append(' ').append(call.verb().word());
        if (!call.claims().isEmpty()) {
            text.append(' ').append(call.claims().stream().map(Words::claim).collect(Collectors.joining(",")));
        }
        say(text, "ttl", call.ttlMicros());
        say(text, "wait", call.waitMicros());
        if (call.verb() == Verb.BREAK) {
            text.append(
                    call.graceMicros() == Call.WHOLE_LEASE
                            ? " with the lease's grace"
                            : " grace=" + Words.time(call.graceMicros()));
        }
        if (call.fence() != 0) {
            text.append(" fence=").append(call.fence());
        }
        text.append(" -> ");
        if (answer == null) {
            return text.append("never answered").toString();
        }
        return text.append(told(answer)).toString();
    }

    private static String told(Answer answer) {
        StringBuilder text = new StringBuilder();
        switch (answer.outcome()) {
            case OK -> text.append("ok");
            case REFUSED -> text.append("refused, ").append(answer.status());
            case UNKNOWN -> text.append("outcome unknown");
        }
        if (answer.fence() != 0) {
            text.append(" fence=").append(answer.fence());
        }
        say(text, "ttl", answer.ttlMicros());
        say(text, "left", answer.remainingMicros());
        say(text, "waited", answer.waitedMicros());
        if (answer.ticket() != 0) {
            text.append(" ticket=").append(answer.ticket());
        }
        List<Long> holders = answer.holders();
        if (holders != null) {
            text.append(holders.isEmpty() ? " free" : " holders=" + holders);
        }
        if (answer.isCurrent() != null) {
            text.append(answer.isCurrent() ? " current" : " not current");
        }
        return text.toString();
    }

    private static void say(StringBuilder text, String key, long micros) {
        if (micros != 0) {
            text.append(' ').append(key).append('=').append(Words.time(micros));
        }
    }
}
