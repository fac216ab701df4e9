package io.holdfast.verification.simulation;

import java.util.EnumMap;
import java.util.Map;

/** How often what happened. A simulation in which nothing happens proves nothing. */
final class Tally {
    private final Map<Happening, Long> counts = new EnumMap<>(Happening.class);

    /** What is counted. */
    enum Happening {
        /** The server granted. */
        GRANT,
        /** ... to somebody who waited. */
        HAND_OVER,
        /** ... several resources at once. */
        SET_GRANT,
        /** The server ended a lease. */
        EXPIRY,
        /** A repeated request was answered with the grant of the first. */
        REPEAT,
        /** A repeated request took its place over. */
        REATTACH,
        /** A repeated request was told that it is over. */
        ENDED,
        CANCEL,
        /** A client came to believe that it holds. */
        BELIEF,
        /** A client noticed that it does not hold any more. */
        LOSS,
        CRASH,
        GRACEFUL_RESTART,
        SERVER_PAUSE,
        CLIENT_PAUSE,
        CLIENT_CRASH,
        CLIENT_CUT_OFF,
        CONNECTION_LOST,
        DUPLICATE,
        DISK_FAILURE,
        SESSION_OPENED,
        /** A session was closed by its client. */
        SESSION_CLOSED,
        /** The server ended a session that was not renewed. */
        SESSION_EXPIRED,
        /** A client heard that others wait. */
        WANTED,
        BREAK,
        /** ... with a grace shorter than what a holder may believe in. */
        EXCLUSION_GIVEN_UP,
        /** A client heard that its session had lost a lock. */
        LOSS_HEARD,
        CLIENT_SLEEP
    }

    void count(Happening happening) {
        add(happening, 1);
    }

    void add(Tally other) {
        other.counts.forEach(this::add);
    }

    private void add(Happening happening, long times) {
        counts.merge(happening, times, Long::sum);
    }

    long of(Happening happening) {
        return counts.getOrDefault(happening, 0L);
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
