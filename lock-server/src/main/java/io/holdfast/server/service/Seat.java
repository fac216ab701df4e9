package io.holdfast.server.service;

import io.holdfast.server.core.Place;
import io.holdfast.server.core.Timer;
import io.holdfast.server.core.TimerKind;
import org.jspecify.annotations.Nullable;

/**
 * Who waits at a place: a caller until the end of its request, or nobody until the end of the grace. The timer is the
 * end of whichever it is. Confined to the event loop.
 */
final class Seat extends Timer {
    private final Place place;
    private @Nullable Caller caller;
    private long arrivedMillis;

    Seat(Place place) {
        this.place = place;
        place.attach(this);
    }

    static Seat of(Place place) {
        Timer seat = place.attachment();
        if (seat == null) {
            throw new IllegalStateException("a place that was never seated");
        }
        return (Seat) seat;
    }

    @Override
    public TimerKind kind() {
        return TimerKind.PLACE;
    }

    Place place() {
        return place;
    }

    @Nullable
    Caller caller() {
        return caller;
    }

    long arrivedMillis() {
        return arrivedMillis;
    }

    void take(Caller newCaller, long nowMillis) {
        caller = newCaller;
        arrivedMillis = nowMillis;
    }

    void leave() {
        caller = null;
    }
}
