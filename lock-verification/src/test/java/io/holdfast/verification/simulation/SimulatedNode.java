package io.holdfast.verification.simulation;

import io.holdfast.client.core.Pace;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process: it has a clock of its own, which starts anywhere and runs a little fast or slow; it may stand still while
 * its clock goes on, and then finds in its inbox what came meanwhile; and it may die, and forget what it had planned.
 */
final class SimulatedNode {
    private final SimulatedWorld world;
    private final String name;
    private final double rate;
    private final long offsetMillis;
    private final Deque<Runnable> inbox = new ArrayDeque<>();
    private boolean paused;
    private long cutOffUntilMillis;
    private int pauses;
    private long sleptMillis;
    private long asleepSinceMillis;
    private boolean asleep;
    private @Nullable Pace pace;
    private Runnable onWakeUp = () -> {};
    private int life;

    SimulatedNode(SimulatedWorld world, String name, double rate) {
        this.world = world;
        this.name = name;
        this.rate = rate;
        this.offsetMillis = world.between(0, 1_000_000_000);
    }

    String name() {
        return name;
    }

    boolean isPaused() {
        return paused;
    }

    /** This node's monotonic clock, and what the client's own reckoning says was slept. */
    long nowMillis() {
        return look() + (pace == null ? 0 : pace.sleptMillis());
    }

    /** How often the client finds that the machine has slept. */
    int sleeps() {
        look();
        return pace == null ? 0 : pace.sleeps();
    }

    /** From now on sleep is noticed, as a client does. */
    void watchSleep() {
        pace = Pace.begin(monotonicMillis() + sleptMillis, monotonicMillis());
    }

    /** The wall clock alone goes on while the machine sleeps; both run at the machine's own rate else. */
    private long look() {
        long monotonic = monotonicMillis();
        if (pace != null && !asleep) {
            pace = pace.compared(monotonic + sleptMillis, monotonic);
        }
        return monotonic;
    }

    private long monotonicMillis() {
        long awakeMillis = (asleep ? asleepSinceMillis : world.nowMillis()) - sleptMillis;
        return offsetMillis + (long) (awakeMillis * rate);
    }

    /** Whether nothing can ask this process anything, because its machine sleeps. */
    boolean isAsleep() {
        return asleep;
    }

    /** Has that done first thing when the machine wakes up. */
    void onWakeUp(Runnable action) {
        onWakeUp = action;
    }

    /** The machine sleeps for a while of real time; its monotonic clock stands still. */
    void sleep(long realMillis) {
        if (!paused) {
            pause(realMillis);
            asleep = true;
            asleepSinceMillis = world.nowMillis();
        }
    }

    private void wakeUp() {
        if (asleep) {
            sleptMillis += world.nowMillis() - asleepSinceMillis;
            asleep = false;
            onWakeUp.run();
        }
    }

    /** Does something now, or when this node runs again. */
    void handle(Runnable work) {
        if (paused) {
            inbox.add(work);
        } else {
            work.run();
        }
    }

    /** Makes something that is not done any more once this node has died. */
    <T> Consumer<T> inThisLife(Consumer<T> work) {
        int begunIn = life;
        return value -> {
            if (begunIn == life) {
                work.accept(value);
            }
        };
    }

    /** Does something after a while by this node's clock, unless it dies before. */
    void after(long ownMillis, Runnable work) {
        int plannedIn = life;
        world.after((long) Math.ceil(Math.max(0, ownMillis) / rate), () -> {
            if (plannedIn == life) {
                handle(work);
            }
        });
    }

    /** Stands still for a while of real time. */
    void pause(long realMillis) {
        if (paused) {
            return;
        }
        paused = true;
        int thisPause = ++pauses;
        world.log(name + " stands still for " + realMillis + " ms");
        world.after(realMillis, () -> {
            if (thisPause == pauses) {
                resume();
            }
        });
    }

    void resume() {
        if (!paused) {
            return;
        }
        paused = false;
        pauses++;
        wakeUp();
        world.log(name + " runs again, " + inbox.size() + " things wait for it");
        while (!inbox.isEmpty() && !paused) {
            inbox.remove().run();
        }
    }

    /** Nothing it sends arrives, and nothing reaches it, for a while of real time. */
    void cutOff(long realMillis) {
        cutOffUntilMillis = world.nowMillis() + realMillis;
        world.log(name + " is cut off for " + realMillis + " ms");
    }

    boolean isCutOff() {
        return world.nowMillis() < cutOffUntilMillis && !world.isHealed();
    }

    /** Forgets everything it had planned. */
    void die() {
        life++;
        pauses++;
        wakeUp();
        paused = false;
        inbox.clear();
    }
}
