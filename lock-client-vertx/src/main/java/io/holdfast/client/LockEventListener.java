package io.holdfast.client;

import io.holdfast.protocol.LockEvent;

/**
 * Hears what happens to locks, see {@link LockClient#events(String, LockEventListener)}. It is called on the context that
 * the events were asked for on, one call after the other, and no more is read from the service before it returns.
 */
public interface LockEventListener {
    /**
     * Something happened.
     *
     * @param id the number of the event, which rises; to go on after it another time
     */
    void onEvent(long id, LockEvent event);

    /** Events were missed: what was made of those before has to be looked up anew. Those that follow are complete again. */
    void onReset();
}
