package io.holdfast.server;

import io.vertx.core.Vertx;
import java.util.function.BooleanSupplier;

/**
 * Work that is done again and again on the event loop, a bounded piece at a time. Between any two pieces everybody else has
 * a turn, however long there is more to do.
 */
final class Ticks {
    static final long PERIOD_MS = 100;
    private static final long FOLLOW_UP_MS = 1;

    private final Vertx vertx;
    private final BooleanSupplier work;
    private boolean goesOn;

    private Ticks(Vertx vertx, BooleanSupplier work) {
        this.vertx = vertx;
        this.work = work;
    }

    /**
     * Calls {@code work} every 100 ms, and again in a moment when it says that it is not done.
     *
     * @return the timer's number, by which it is cancelled
     */
    static long every100Millis(Vertx vertx, BooleanSupplier work) {
        Ticks ticks = new Ticks(vertx, work);
        return vertx.setPeriodic(PERIOD_MS, id -> ticks.begin());
    }

    /** Calls {@code work} now, and again in a moment as long as it says that it is not done. */
    static void repeat(Vertx vertx, BooleanSupplier work) {
        new Ticks(vertx, work).begin();
    }

    private void begin() {
        if (!goesOn) { // else each period would add a call to every moment, and all of them would come in one go
            call();
        }
    }

    private void call() {
        goesOn = false; // also when it throws: the next period tries again
        goesOn = work.getAsBoolean();
        if (goesOn) {
            vertx.setTimer(FOLLOW_UP_MS, id -> call());
        }
    }
}
