package io.holdfast.verification.simulation;

import io.holdfast.client.core.Lease;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.verification.simulation.Tally.Happening;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that holds one thing at a time, under a lease of its own. */
final class LeaseClient implements SimulatedClient {
    private final SimulatedWorld world;
    private final SimulatedNetwork network;
    private final SimulatedNode node;
    private final Plant plant;
    private final boolean knowsBaseOnly;
    private int incarnation;
    private boolean busy;
    private @Nullable SimulatedHold hold;

    LeaseClient(SimulatedWorld world, SimulatedNetwork network, String name, Plant plant, boolean knowsBaseOnly) {
        this.world = world;
        this.network = network;
        this.node = new SimulatedNode(world, name, Simulation.clockRate(world));
        this.plant = plant;
        this.knowsBaseOnly = knowsBaseOnly;
        if (plant != Plant.SLEEP_NOT_NOTICED) {
            node.watchSleep();
        }
    }

    @Override
    public void start() {
        node.after(world.between(0, 3_000), this::wantSomething);
    }

    @Override
    public SimulatedNode node() {
        return node;
    }

    @Override
    public List<Belief> handles() {
        return hold == null ? List.of() : List.of(hold);
    }

    @Override
    public boolean isIdle() {
        return !busy;
    }

    @Override
    public void crash() {
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
        new SimulatedAcquire(world, network, node, plant, clientId, null, wish, new SimulatedAcquire.Owner() {
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
