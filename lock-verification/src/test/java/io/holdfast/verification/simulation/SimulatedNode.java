package io.holdfast.verification.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

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

    /** This node's monotonic clock. */
    long nowMillis() {
        return offsetMillis + (long) (world.nowMillis() * rate);
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
        paused = false;
        inbox.clear();
    }
}
