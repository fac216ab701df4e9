package io.holdfast.client;

import io.holdfast.client.core.Agenda;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;

/**
 * The client's one timer. Everything that is to happen later, heartbeats above all, waits in one agenda that a single
 * periodic timer looks through; the timer runs only while something waits. To be used on the client's context only.
 */
final class Ticker {
    static final long PERIOD_MILLIS = 50;
    /** Bounds one turn of the event loop; what is left over is done in the next. */
    private static final int BUDGET_PER_TICK = 1_000;

    private final Vertx vertx;
    private final TimeSource time;
    private final long periodMillis;
    private final Agenda<Runnable> agenda = new Agenda<>();
    private final List<Runnable> wakeUps = new ArrayList<>();
    private boolean armed;
    private long timerId;
    private int sleepsSeen;

    Ticker(Vertx vertx, TimeSource time, long periodMillis) {
        this.vertx = vertx;
        this.time = time;
        this.periodMillis = periodMillis;
    }

    long nowMillis() {
        return time.nowMillis();
    }

    /** How often the machine was found to have slept; may be asked from any thread. */
    int sleeps() {
        return time.sleeps();
    }

    /** Has that done, too, when the machine has slept. */
    void onWakeUp(Runnable action) {
        wakeUps.add(action);
    }

    Agenda.Entry at(long dueMillis, Runnable action) {
        if (!armed) {
            armed = true;
            timerId = vertx.setPeriodic(periodMillis, id -> tick());
        }
        return agenda.put(dueMillis, action);
    }

    Agenda.Entry after(long delayMillis, Runnable action) {
        return at(nowMillis() + delayMillis, action);
    }

    void cancel(Agenda.Entry entry) {
        agenda.cancel(entry);
    }

    boolean isArmed() {
        return armed;
    }

    /** Does what is due; the periodic timer calls it, and so do tests that bring their own time. */
    void tick() {
        if (time.sleeps() != sleepsSeen) {
            sleepsSeen = time.sleeps();
            wakeUps.forEach(this::run);
        }
        List<Runnable> due = agenda.takeDue(nowMillis(), BUDGET_PER_TICK);
        due.forEach(this::run);
        if (armed && agenda.isEmpty()) {
            armed = false;
            vertx.cancelTimer(timerId);
        }
    }

    /** What one lock's action throws must not cost the other locks their heartbeats: they are off the agenda already. */
    private void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            vertx.runOnContext(report -> {
                throw e;
            });
        }
    }
}
