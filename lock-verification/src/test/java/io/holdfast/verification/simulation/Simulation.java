package io.holdfast.verification.simulation;

import io.holdfast.server.core.LockTable;
import io.holdfast.verification.simulation.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run: a seed, and everything that follows from it. */
final class Simulation {
    /** Longer than the longest recovery and a line of holders after it. */
    private static final long HEALING_MS = 90_000;

    private static final int LINES_SHOWN = 80;

    private final long seed;
    private final SimulatedWorld world;
    private final SimulatedServer server;
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final @Nullable SimulatedOperator operator;
    private final SimulatedFaults faults;
    private final BeliefCheck beliefCheck;
    private @Nullable Violation violation;

    private Simulation(long seed, Plant plant) {
        this.seed = seed;
        world = new SimulatedWorld(seed);
        server = new SimulatedServer(world, plant);
        double faultRate = world.chance(0.3) ? 0 : world.random().nextDouble() * 0.15;
        SimulatedNetwork network = new SimulatedNetwork(world, server, faultRate);
        server.connect(network);
        long count = world.between(3, 6);
        for (int i = 0; i < count; i++) {
            clients.add(
                    world.chance(0.5)
                            ? new SessionClient(world, network, "client" + i, plant)
                            : new LeaseClient(world, network, "client" + i, plant, world.chance(0.3)));
        }
        operator = world.chance(0.5) ? new SimulatedOperator(world, network) : null;
        faults = new SimulatedFaults(world, server, clients);
        beliefCheck = new BeliefCheck(clients, server);
        clients.forEach(client -> client.node().onWakeUp(beliefCheck::look));
    }

    /** Plays a seed to its end, or to the first rule that is broken. */
    static Simulation play(long seed, Plant plant) {
        Simulation simulation = new Simulation(seed, plant);
        try {
            simulation.run();
        } catch (Violation e) {
            simulation.violation = e;
        }
        return simulation;
    }

    /** Clocks run within two per cent of real time. */
    static double clockRate(SimulatedWorld world) {
        return 0.98 + 0.04 * world.random().nextDouble();
    }

    private void run() {
        server.start();
        clients.forEach(SimulatedClient::start);
        if (operator != null) {
            operator.start();
        }
        faults.start();
        runUntil(world.between(30_000, 90_000), false);
        faults.heal();
        runUntil(world.nowMillis() + HEALING_MS, true);
        requireAllServed();
    }

    private void runUntil(long endMillis, boolean untilQuiet) {
        while (!(untilQuiet && isQuiet()) && world.step(endMillis)) {
            beliefCheck.look();
        }
    }

    private boolean isQuiet() {
        LockTable table = server.table();
        return table != null
                && table.size() == 0
                && table.waiters() == 0
                && table.sessions() == 0
                && table.delays() == 0
                && clients.stream().allMatch(SimulatedClient::isIdle);
    }

    private void requireAllServed() {
        if (isQuiet()) {
            return;
        }
        LockTable table = server.table();
        String who = clients.stream()
                .filter(client -> !client.isIdle())
                .map(client -> client.node().name())
                .toList()
                .toString();
        String name = table == null
                ? Wish.RESOURCES.get(0)
                : Wish.RESOURCES.stream()
                        .filter(resource -> table.find(resource) != null)
                        .findFirst()
                        .orElse(Wish.RESOURCES.get(0));
        throw new Violation(
                Rule.LIVENESS,
                name,
                who + " were not served, or something stayed behind: "
                        + (table == null
                                ? "no server"
                                : table.size() + " held, " + table.waiters() + " waiting, " + table.sessions()
                                        + " sessions, " + table.delays() + " delays"));
    }

    @Nullable
    Violation violation() {
        return violation;
    }

    Tally tally() {
        return world.tally();
    }

    List<String> history() {
        return world.history();
    }

    /** What broke, what led to it, and how to see it again. */
    String report() {
        if (violation == null) {
            return "seed " + seed + " broke no rule";
        }
        return "seed " + seed + ": " + violation.getMessage() + "\n  "
                + String.join("\n  ", world.history(violation.resourceName(), LINES_SHOWN))
                + "\nAgain with -Dsimulation.seed=" + seed;
    }
}
