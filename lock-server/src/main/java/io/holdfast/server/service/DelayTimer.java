package io.holdfast.server.service;

import io.holdfast.server.core.Timer;
import io.holdfast.server.core.TimerKind;

/** The end of a resource's lock-delay, or of the grace after a break. */
final class DelayTimer extends Timer {
    private final String resourceName;
    private final long epoch;

    DelayTimer(String resourceName, long epoch) {
        this.resourceName = resourceName;
        this.epoch = epoch;
    }

    @Override
    public TimerKind kind() {
        return TimerKind.LOCK_DELAY;
    }

    String resourceName() {
        return resourceName;
    }

    long epoch() {
        return epoch;
    }
}
