package io.holdfast.server;

import io.vertx.core.Vertx;
import java.util.function.BooleanSupplier;

/** Work that is done again and again on the event loop, a bounded piece at a time. */
final class Ticks {
    static final long PERIOD_MS = 100;
    private static final long FOLLOW_UP_MS = 1;

    private Ticks() {}

    /**
     * Calls {@code work} every 100 ms, and again in a moment when it says that it is not done.
     *
     * @return the timer's number, by which it is cancelled
     */
    static long every100Millis(Vertx vertx, BooleanSupplier work) {
        return vertx.setPeriodic(PERIOD_MS, id -> repeat(vertx, work));
    }

    /** Calls {@code work} now, and again in a moment as long as it says that it is not done. */
    static void repeat(Vertx vertx, BooleanSupplier work) {
        if (work.getAsBoolean()) {
            vertx.setTimer(FOLLOW_UP_MS, id -> repeat(vertx, work));
        }
    }
}
