package io.holdfast.verification.checker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of a history. Times and lengths are in microseconds, all times of a history on one monotonic clock. What was
 * not said is 0, or empty. Tokens, request ids and session ids are secrets: only 64-bit hashes of them are in here.
 * Immutable.
 */
public sealed interface HistoryEvent {
    long atMicros();

    void deliverTo(HistorySink sink);

    /**
     * Whether it counts as earlier than what happened in the same microsecond. A cause comes before its effects, and the
     * end of a belief before the begin of the next.
     */
    default boolean comesFirst() {
        return true;
    }

    /**
     * A request is about to leave. It is written before it leaves, so a client that is killed leaves no request without
     * a trace. {@code number} joins it with its {@link Answer}.
     */
    record Call(
            long atMicros,
            long number,
            String client,
            Verb verb,
            List<Claim> claims,
            long token,
            long request,
            long session,
            long fence,
            long value,
            long ttlMicros,
            long waitMicros,
            long delayMicros,
            long graceMicros)
            implements HistoryEvent {
        /** The grace of a break that names none: until the lease would have ended. */
        public static final long WHOLE_LEASE = Long.MAX_VALUE;

        @Override
        public void deliverTo(HistorySink sink) {
            sink.called(this);
        }
    }

    /** How a request went. */
    enum Outcome {
        OK("ok"),
        /** The server said no: it did nothing. */
        REFUSED("no"),
        /** The client gave up on the answer. It may have happened, or happen yet. */
        UNKNOWN("lost");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /**
     * What came back.
     *
     * @param status why it was refused, as the server calls it
     * @param holders the fencing tokens that were said to be held; null when nothing was said about that
     * @param last the newest fencing token granted to anybody, as a status says
     * @param isCurrent what a validation said; null in any other answer
     */
    record Answer(
            long atMicros,
            long number,
            Outcome outcome,
            String status,
            long token,
            long fence,
            long ttlMicros,
            long remainingMicros,
            long waitedMicros,
            long ticket,
            @Nullable List<Long> holders,
            long last,
            @Nullable Boolean isCurrent)
            implements HistoryEvent {
        @Override
        public boolean comesFirst() {
            return false;
        }

        @Override
        public void deliverTo(HistorySink sink) {
            sink.answered(this);
        }
    }

    /**
     * A handle began to say, or to promise for longer, that its lock is held: from this moment until
     * {@code untilMicros} unless another belief says otherwise. The end of a belief has {@code untilMicros} 0. To be
     * written after it has begun and before it has ended: what is written is never more than what was believed.
     */
    record Belief(long atMicros, String client, Claim claim, long fence, long untilMicros) implements HistoryEvent {
        boolean isOver() {
            return untilMicros == 0;
        }

        @Override
        public boolean comesFirst() {
            return isOver();
        }

        @Override
        public void deliverTo(HistorySink sink) {
            sink.believed(this);
        }
    }

    /** The protected resource has taken a write, as its own books say, in their order. */
    record Stored(long atMicros, String resource, long value, long fence) implements HistoryEvent {
        @Override
        public void deliverTo(HistorySink sink) {
            sink.stored(this);
        }
    }

    /** The life of a fault that was planned. */
    enum FaultPhase {
        BEGIN("begin"),
        END("end"),
        /** This machine cannot do it: it was not run. */
        FAILED("failed");

        private final String word;

        FaultPhase(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** Something was done to the system on purpose. {@code number} joins its begin with its end. */
    record Fault(long atMicros, long number, FaultPhase phase, String kind, String target) implements HistoryEvent {
        @Override
        public void deliverTo(HistorySink sink) {
            sink.fault(this);
        }
    }

    /**
     * A server went down or came back. To be written before it is stopped and after it serves again.
     *
     * @param forgets whether it forgets its holds, as one in memory mode does
     */
    record Outage(long atMicros, String server, boolean isUp, boolean forgets) implements HistoryEvent {
        @Override
        public void deliverTo(HistorySink sink) {
            sink.outage(this);
        }
    }

    /** What a server wrote about itself. */
    enum JournalKind {
        GRANTED("granted"),
        QUEUED("queued"),
        /** The place with this ticket was not attached and was passed over by the grant of {@code fence}. */
        PASSED("passed"),
        DROPPED("dropped"),
        RELEASED("released"),
        EXPIRED("expired"),
        BROKEN("broken"),
        CANCELLED("cancelled"),
        SESSION_CLOSED("session-closed");

        private final String word;

        JournalKind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        boolean endsAHold() {
            return this == RELEASED || this == EXPIRED || this == BROKEN || this == CANCELLED || this == SESSION_CLOSED;
        }
    }

    /** One entry of a server's journal, written when it is decided. {@code sequence} rises within one journal. */
    record Journal(
            long atMicros,
            String server,
            long sequence,
            JournalKind kind,
            String resource,
            String client,
            long request,
            long fence,
            long ticket,
            String reason)
            implements HistoryEvent {
        @Override
        public boolean comesFirst() {
            return false;
        }

        @Override
        public void deliverTo(HistorySink sink) {
            sink.journaled(this);
        }
    }
}
