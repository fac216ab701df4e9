package io.holdfast.verification.simulation;

import io.holdfast.verification.simulation.Tally.Happening;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes wrong from time to time. Each run has some kinds of faults and not others: a kind that happens all the time
 * hides what the others would show.
 */
final class SimulatedFaults {
    private final SimulatedWorld world;
    private final SimulatedServer server;
    private final List<SimulatedClient> clients;
    private final List<Runnable> kinds = new ArrayList<>();
    private final long everyMillis;

    SimulatedFaults(SimulatedWorld world, SimulatedServer server, List<SimulatedClient> clients) {
        this.world = world;
        this.server = server;
        this.clients = clients;
        this.everyMillis = world.between(2_000, 20_000);
        maybe(0.4, () -> server.pause(world.between(100, 3_000)));
        maybe(0.3, () -> server.pause(world.between(1_000, world.chance(0.2) ? 60_000 : 10_000)));
        maybe(0.5, () -> server.crash(world.between(200, 5_000)));
        maybe(0.3, () -> server.restart(world.between(100, 3_000), world.between(200, 5_000)));
        maybe(0.3, () -> server.jumpWallClock(world.between(-3_600_000, 3_600_000)));
        maybe(0.3, () -> server.disk().setRough(world.chance(0.6)));
        maybe(0.5, () -> pause(anyClient(), world.between(100, world.chance(0.3) ? 30_000 : 3_000)));
        maybe(0.3, () -> anyClient().crash());
        maybe(0.4, () -> cutOff(anyClient(), world.between(100, world.chance(0.3) ? 40_000 : 5_000)));
        maybe(0.4, () -> sleep(anyClient(), world.between(1_100, world.chance(0.3) ? 40_000 : 8_000)));
    }

    private void maybe(double probability, Runnable kind) {
        if (world.chance(probability)) {
            kinds.add(kind);
        }
    }

    void start() {
        world.after(world.between(1, 2 * everyMillis), () -> {
            if (!world.isHealed() && !kinds.isEmpty()) {
                kinds.get((int) world.between(0, kinds.size() - 1)).run();
                start();
            }
        });
    }

    private SimulatedClient anyClient() {
        return clients.get((int) world.between(0, clients.size() - 1));
    }

    private void pause(SimulatedClient client, long millis) {
        if (!client.node().isPaused()) {
            world.tally().count(Happening.CLIENT_PAUSE);
            client.node().pause(millis);
        }
    }

    /** The machine of a client sleeps, for long enough to be noticed. */
    private void sleep(SimulatedClient client, long millis) {
        if (!client.node().isPaused()) {
            world.tally().count(Happening.CLIENT_SLEEP);
            client.node().sleep(millis);
        }
    }

    private void cutOff(SimulatedClient client, long millis) {
        world.tally().count(Happening.CLIENT_CUT_OFF);
        client.node().cutOff(millis);
    }

    /** From now on nothing goes wrong, and whatever stands still goes on. */
    void heal() {
        world.heal();
        server.node().resume();
        clients.forEach(client -> client.node().resume());
    }
}
