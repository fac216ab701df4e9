package io.holdfast.server.core;

import org.jspecify.annotations.Nullable;

/**
 * Something that ends by time, and its place in {@link Timers}. Subclasses say what it is that ends. The links make
 * arming, extending and cancelling O(1) without a node of their own. Confined to the event loop.
 */
public abstract class Timer {
    /** In the time of {@link Timers}, which stands still while the server does. */
    long deadlineMillis;

    @Nullable
    Timer previous;

    @Nullable
    Timer next;

    /** What it is that ends. */
    public abstract TimerKind kind();
}
