package io.holdfast.server.core;

/**
 * Takes the whole state of a {@link LockTable}, piece by piece, in an order in which {@link TableRestore} can put it together
 * again. The same state comes in the same order, however it came about. Times of heartbeats are no part of it.
 */
public interface TableState {
    /** Comes first. */
    void counters(long lastFencingToken, long lastTicket, long lastDelayEpoch);

    /** A session that lives, or is over and has left something behind; before the holds. */
    void session(Session session);

    /** A hold; in the order of their fencing tokens. */
    void hold(AcquireCommand command, long fencingToken);

    /** All holds have come. */
    default void holdsEnd() {}

    /** A place; in the order of their tickets. */
    void place(AcquireCommand command, long ticket, long placesAheadAtFirst);

    /** A lock-delay or a grace that runs. */
    void delay(String resourceName, long epoch, Delay delay);

    /** A request that is over; the oldest first. */
    void ended(RequestKey key, EndReason reason);

    /** A hold that was broken; the oldest first. */
    void broken(Token token, BrokenHold hold);
}
