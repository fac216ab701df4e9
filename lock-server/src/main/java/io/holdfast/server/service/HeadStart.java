package io.holdfast.server.service;

import io.holdfast.server.core.Timer;
import io.holdfast.server.core.TimerKind;

/** How long the first in line for a resource may take to come back after a restart. */
final class HeadStart extends Timer {
    private final String resourceName;

    HeadStart(String resourceName) {
        this.resourceName = resourceName;
    }

    @Override
    public TimerKind kind() {
        return TimerKind.HEAD_START;
    }

    String resourceName() {
        return resourceName;
    }
}
