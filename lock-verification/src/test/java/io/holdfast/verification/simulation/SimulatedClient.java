package io.holdfast.verification.simulation;

import io.holdfast.client.core.Lease;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.verification.simulation.Tally.Happening;
import org.jspecify.annotations.Nullable;

/** A client that wants something, holds it for a while, gives it back and wants something else, until all is well. */
final class SimulatedClient {
    private final SimulatedWorld world;
    private final SimulatedNetwork network;
    private final SimulatedNode node;
    private final Plant plant;
    private final boolean knowsBaseOnly;
    private int incarnation;
    private boolean busy;
    private @Nullable SimulatedHold hold;

    SimulatedClient(SimulatedWorld world, SimulatedNetwork network, String name, Plant plant, boolean knowsBaseOnly) {
        this.world = world;
        this.network = network;
        this.node = new SimulatedNode(world, name, Simulation.clockRate(world));
        this.plant = plant;
        this.knowsBaseOnly = knowsBaseOnly;
    }

    void start() {
        node.after(world.between(0, 3_000), this::wantSomething);
    }

    SimulatedNode node() {
        return node;
    }

    /** What its handle says now, or null when it has none that says so. */
    @Nullable
    SimulatedHold believedHold() {
        return hold != null && hold.isHeld() ? hold : null;
    }

    /** Whether nothing is going on here. */
    boolean isIdle() {
        return !busy;
    }

    void pause(long millis) {
        if (!node.isPaused()) {
            world.tally().count(Happening.CLIENT_PAUSE);
            node.pause(millis);
        }
    }

    void cutOff(long millis) {
        world.tally().count(Happening.CLIENT_CUT_OFF);
        node.cutOff(millis);
    }

    /** Dies with whatever it holds, and comes back as somebody else. */
    void crash() {
        world.tally().count(Happening.CLIENT_CRASH);
        world.log(node.name() + " crashes");
        node.die();
        incarnation++;
        hold = null;
        busy = false;
        start();
    }

    private void wantSomething() {
        if (world.isHealed()) {
            return;
        }
        busy = true;
        Wish wish = knowsBaseOnly ? Wish.base(world) : Wish.any(world);
        boolean anonymous = knowsBaseOnly && world.chance(0.5);
        String clientId = anonymous ? null : node.name() + "-" + incarnation;
        new SimulatedAcquire(world, network, node, plant, clientId, wish, new SimulatedAcquire.Owner() {
                    @Override
                    public void granted(LockAnswer answer, Lease lease) {
                        hold(wish, answer, lease);
                    }

                    @Override
                    public void refused() {
                        rest();
                    }
                })
                .start();
    }

    private void hold(Wish wish, LockAnswer answer, Lease lease) {
        world.tally().count(Happening.BELIEF);
        SimulatedHold held = new SimulatedHold(world, network, node, plant, wish.claims(), answer, lease, this::rest);
        hold = held;
        held.start();
        node.after(world.isHealed() ? Math.min(500, wish.holdMillis()) : wish.holdMillis(), held::release);
    }

    private void rest() {
        hold = null;
        busy = false;
        node.after(world.between(10, 1_500), this::wantSomething);
    }
}
