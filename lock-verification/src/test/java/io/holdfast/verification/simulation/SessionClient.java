package io.holdfast.verification.simulation;

import io.holdfast.client.core.BackOff;
import io.holdfast.client.core.Lease;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.SessionOpenRequest;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.protocol.Status;
import io.holdfast.verification.simulation.Tally.Happening;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client with several threads of work, all of whose locks live in one session, opened when it is needed and again when it was lost. */
final class SessionClient implements SimulatedClient {
    private static final BackOff BACK_OFF = new BackOff(50, 1_000);
    private static final long REQUEST_TIMEOUT_MS = 2_000;

    private final SimulatedWorld world;
    private final SimulatedNetwork network;
    private final SimulatedNode node;
    private final Plant plant;
    private final long workers;
    private final @Nullable Long ttlMs;
    private final List<Runnable> waitingForSession = new ArrayList<>();
    private int incarnation;
    private int busy;
    private int acquiring;
    private int failures;
    private @Nullable SimulatedSession session;

    SessionClient(SimulatedWorld world, SimulatedNetwork network, String name, Plant plant) {
        this.world = world;
        this.network = network;
        this.node = new SimulatedNode(world, name, Simulation.clockRate(world));
        this.plant = plant;
        this.workers = world.between(2, 3);
        this.ttlMs = world.chance(0.2) ? null : (Long) (world.between(1, 12) * 1_000);
        if (plant != Plant.SLEEP_NOT_NOTICED) {
            node.watchSleep();
        }
    }

    @Override
    public void start() {
        for (long i = 0; i < workers; i++) {
            node.after(world.between(0, 3_000), this::wantSomething);
        }
    }

    @Override
    public SimulatedNode node() {
        return node;
    }

    @Override
    public List<Belief> handles() {
        SimulatedSession current = session;
        return current == null ? List.of() : List.copyOf(current.locks());
    }

    @Override
    public boolean isIdle() {
        return busy == 0;
    }

    @Override
    public void crash() {
        world.tally().count(Happening.CLIENT_CRASH);
        world.log(node.name() + " crashes");
        node.die();
        incarnation++;
        session = null;
        waitingForSession.clear();
        busy = 0;
        acquiring = 0;
        start();
    }

    private void wantSomething() {
        if (world.isHealed()) {
            return;
        }
        busy++;
        acquiring++;
        Wish wish = Wish.inSession(world);
        admit(() -> acquire(wish));
    }

    /** Goes on when there is a session that may be trusted. */
    private void admit(Runnable admitted) {
        SimulatedSession current = session;
        if (current != null) {
            current.check();
        }
        if (current != null && current.isLive()) {
            current.use();
            admitted.run();
            return;
        }
        waitingForSession.add(admitted);
        if (waitingForSession.size() == 1) {
            open();
        }
    }

    private void open() {
        long sentMillis = node.nowMillis();
        Call call = Call.open(new SessionOpenRequest(clientId(), ttlMs, Map.of()));
        network.exchange(node, call, REQUEST_TIMEOUT_MS, body -> {
            LockAnswer answer = body == null ? null : SimulatedNetwork.read(call, body);
            if (body == null || answer == null || answer.status() != Status.OPENED) {
                node.after(BACK_OFF.delayMillis(++failures, world.random()), this::open);
                return;
            }
            take(new SimulatedSession(world, network, node, plant, read(body), sentMillis, () -> acquiring == 0));
        });
    }

    private void take(SimulatedSession opened) {
        if (!opened.isLive()) {
            opened.close(); // opened too late to be trusted
            open();
            return;
        }
        failures = 0;
        session = opened;
        opened.start();
        List<Runnable> admitted = List.copyOf(waitingForSession);
        waitingForSession.clear();
        admitted.forEach(Runnable::run);
    }

    private static SessionOpened read(byte[] body) {
        try {
            return SessionOpened.read(body);
        } catch (IOException e) {
            throw new Violation(Violation.Rule.PROTOCOL, "", e.toString());
        }
    }

    private String clientId() {
        return node.name() + "-" + incarnation;
    }

    private void acquire(Wish wish) {
        SimulatedSession in = session;
        new SimulatedAcquire(world, network, node, plant, clientId(), in, wish, new SimulatedAcquire.Owner() {
                    @Override
                    public void granted(LockAnswer answer, Lease lease) {
                        acquiring--;
                        hold(wish, in, answer);
                    }

                    @Override
                    public void refused() {
                        acquiring--;
                        rest();
                    }
                })
                .start();
    }

    private void hold(Wish wish, SimulatedSession in, LockAnswer answer) {
        world.tally().count(Happening.BELIEF);
        SimulatedSessionLock lock =
                new SimulatedSessionLock(world, network, node, in, wish.claims(), answer, this::rest);
        in.add(lock);
        long holdMillis = world.isHealed() ? Math.min(500, wish.holdMillis()) : wish.holdMillis();
        boolean closes = !world.isHealed() && world.chance(0.1);
        node.after(holdMillis, () -> {
            if (closes && in == session && in.isLive()) {
                in.close();
            } else {
                lock.release();
            }
        });
    }

    private void rest() {
        busy--;
        node.after(world.between(10, 1_500), this::wantSomething);
    }
}
