package io.holdfast.server.service;

import io.holdfast.protocol.LockAnswer;

/**
 * Whoever waits for an answer: an HTTP request, or a client of a simulation. Confined to the event loop.
 */
public interface Caller {
    /**
     * Sends the one answer. Calls {@code undelivered} if it turns out that the caller did not get it, as far as that can
     * be known.
     */
    void answer(LockAnswer answer, Runnable undelivered);

    /** Calls {@code gone} if the caller leaves before it was answered. */
    void onGone(Runnable gone);

    /** Sends the one answer, whether it arrives or not. */
    default void answer(LockAnswer answer) {
        answer(answer, () -> {});
    }
}
