package io.holdfast.verification.simulation;

import io.holdfast.protocol.BreakRequest;

/** Takes a resource from its holders now and then; sends each break once, because the second might hit the next holder. */
final class SimulatedOperator {
    private static final long REQUEST_TIMEOUT_MS = 2_000;

    private final SimulatedWorld world;
    private final SimulatedNetwork network;
    private final SimulatedNode node;

    SimulatedOperator(SimulatedWorld world, SimulatedNetwork network) {
        this.world = world;
        this.network = network;
        this.node = new SimulatedNode(world, "operator", 1);
    }

    void start() {
        node.after(world.between(1_000, 15_000), () -> {
            if (!world.isHealed()) {
                breakSomething();
                start();
            }
        });
    }

    private void breakSomething() {
        String name = Wish.RESOURCES.get((int) world.between(0, Wish.RESOURCES.size() - 1));
        Long graceMillis = world.chance(0.5) ? null : (Long) world.between(0, world.chance(0.5) ? 1_000 : 15_000);
        network.send(
                node,
                Call.breakHolds(new BreakRequest(name, "the simulation says so", graceMillis)),
                REQUEST_TIMEOUT_MS,
                answer -> {});
    }
}
