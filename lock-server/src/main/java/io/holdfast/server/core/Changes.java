package io.holdfast.server.core;

import org.jspecify.annotations.Nullable;

/**
 * Is told of every change of a {@link LockTable}, in order and just before it is made. Whoever repeats the same changes on
 * a table that stood as this one did makes it stand as this one does; what only looks at the table, or is refused, is no
 * change. Called on the event loop.
 */
public interface Changes {
    /** For a table that nobody repeats. */
    Changes UNTOLD = new Changes() {};

    /** An acquire takes what it asked for. */
    default void granted(AcquireCommand command) {}

    /** An acquire that was refused as busy waits in line. */
    default void queued(AcquireCommand command) {}

    /** A place becomes a hold. */
    default void placeGranted(Place place, Token token, long acquiredAtMillis) {}

    /** A place ends without a grant. */
    default void dropped(Place place, EndReason reason) {}

    /** A hold ends, but not by an operator's word. */
    default void ended(Hold hold, EndReason reason) {}

    /** A resource is kept from everybody, so that its holds can be broken. */
    default void breakBegun(String resourceName) {}

    /** A hold ends by an operator's word. */
    default void broken(Hold hold, long epoch, @Nullable String reason, long graceMillis) {}

    /** A lock-delay or a grace ends. */
    default void delayEnded(String resourceName, long epoch) {}

    /** A session opens. */
    default void sessionOpened(Token id, String clientId, Terms terms, long openedAtMillis) {}

    /** A session ends; its holds and places end one by one, each a change of its own. */
    default void sessionEnded(Session session, EndReason reason) {}

    /** The losses of a session up to that number are forgotten. */
    default void lossesAcknowledged(Session session, long lossNumber) {}

    /** A request that nobody knows is remembered as over. */
    default void forestalled(RequestKey key) {}

    /** The next fencing token is above that number. */
    default void fencingRaised(long fencingToken) {}
}
