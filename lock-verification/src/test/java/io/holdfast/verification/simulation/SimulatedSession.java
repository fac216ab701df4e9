package io.holdfast.verification.simulation;

import io.holdfast.client.core.BackOff;
import io.holdfast.client.core.Lease;
import io.holdfast.client.core.LeaseKeeper;
import io.holdfast.client.core.LossCause;
import io.holdfast.client.core.Pulse;
import io.holdfast.client.core.SessionLocks;
import io.holdfast.client.core.WakefulKeeper;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LostLock;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.Status;
import io.holdfast.verification.simulation.Tally.Happening;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A session that a client has opened: the library's own judgement, over a simulated network. */
final class SimulatedSession {
    private static final BackOff BACK_OFF = new BackOff(50, 1_000);
    private static final long REQUEST_TIMEOUT_MS = 2_000;

    private final SimulatedWorld world;
    private final SimulatedNetwork network;
    private final SimulatedNode node;
    private final Plant plant;
    private final String id;
    private final WakefulKeeper keeper;
    private final SimulatedAlarm alarm;
    private final SessionLocks<SimulatedSessionLock> locks;
    private final BooleanSupplier isIdle;
    private long confirmedAtRealMillis = -1;
    private int failures;

    /**
     * A session that was just opened.
     *
     * @param isIdle whether nobody acquires in it now
     */
    SimulatedSession(
            SimulatedWorld world,
            SimulatedNetwork network,
            SimulatedNode node,
            Plant plant,
            SessionOpened opened,
            long sentMillis,
            BooleanSupplier isIdle) {
        this.world = world;
        this.network = network;
        this.node = node;
        this.plant = plant;
        this.id = opened.sessionId();
        long countedFrom = plant == Plant.SESSION_COUNTS_FROM_THE_ANSWER ? node.nowMillis() : sentMillis;
        Lease lease = Lease.granted(countedFrom, 0, opened.ttlMs(), opened.remainingMs());
        this.keeper = new WakefulKeeper(lease, node.sleeps(), world.random());
        this.alarm = new SimulatedAlarm(node, this::step);
        this.locks = new SessionLocks<>(ProtocolLimits.MAX_SESSION_NEWS, node.nowMillis());
        this.isIdle = isIdle;
    }

    void start() {
        plan();
    }

    String id() {
        return id;
    }

    /** Whether what the server says of it may be trusted now. */
    boolean isLive() {
        return keeper.judge(keeper.hold(), node.sleeps()).isHeld(node.nowMillis());
    }

    long confirmedAtRealMillis() {
        return confirmedAtRealMillis;
    }

    void use() {
        locks.use(node.nowMillis());
    }

    List<SimulatedSessionLock> locks() {
        return locks.all();
    }

    void add(SimulatedSessionLock lock) {
        SessionLocks.Loss loss = locks.add(lock, OptionalLong.of(lock.fencingToken()), lock.names());
        if (loss != null) {
            lock.lost(loss.cause());
        }
    }

    void remove(SimulatedSessionLock lock) {
        locks.remove(lock, OptionalLong.of(lock.fencingToken()), lock.names(), node.nowMillis());
    }

    /** The server said by the way that there is no such session. */
    void gone() {
        follow(keeper.gone(LossCause.SESSION_GONE));
    }

    /** Looks at the clock now instead of when something is due. */
    void check() {
        if (!keeper.isOver()) {
            step();
        }
    }

    /** Gives back everything in one request. */
    void close() {
        keeper.end(node.nowMillis(), node.sleeps());
        world.log(node.name() + " closes its session");
        locks.all().forEach(SimulatedSessionLock::closed);
        sendClose();
    }

    private void sendClose() {
        network.send(node, Call.close(request(null)), REQUEST_TIMEOUT_MS, answer -> {
            boolean answered = answer != null && answer.status() != Status.UNAVAILABLE;
            if (!answered && keeper.hold().lease().isLive(node.nowMillis())) {
                node.after(BACK_OFF.delayMillis(++failures, world.random()), this::sendClose);
            }
        });
    }

    private SessionRequest request(@Nullable Long ackSeq) {
        return new SessionRequest(id, ackSeq);
    }

    private void plan() {
        if (keeper.isOver()) {
            alarm.cancel();
        } else {
            alarm.at(keeper.dueMillis());
        }
    }

    private void step() {
        LeaseKeeper.Step step = keeper.step(node.nowMillis(), node.sleeps());
        if (step == LeaseKeeper.Step.BEAT) {
            long ttlMillis = keeper.hold().lease().ttlMillis();
            if (isIdle.getAsBoolean() && locks.isUnused(node.nowMillis(), ttlMillis)) {
                close();
                return;
            }
            beat();
        }
        follow(step);
    }

    private void beat() {
        long sentAtRealMillis = world.nowMillis();
        Long ack = locks.ackSeq().isPresent() ? (Long) locks.ackSeq().getAsLong() : null;
        Call call = Call.beat(request(ack));
        long sentMillis = node.nowMillis();
        network.exchange(node, call, keeper.beatTimeoutMillis(REQUEST_TIMEOUT_MS), body -> {
            Pulse pulse = body == null ? Pulse.failed() : judge(call, body);
            if (pulse.confirmed() && plant == Plant.SESSION_COUNTS_FROM_THE_ANSWER) {
                // The library counts nine tenths from the sending; this much more makes it the answer instead.
                long lateMillis = (node.nowMillis() - sentMillis) * 10 / 9;
                pulse = Pulse.confirmed(Objects.requireNonNull(pulse.remainingMillis()) + lateMillis);
            }
            if (pulse.confirmed()) {
                confirmedAtRealMillis = sentAtRealMillis;
            }
            follow(keeper.beaten(node.nowMillis(), node.sleeps(), pulse));
        });
    }

    private Pulse judge(Call call, byte[] body) {
        LockAnswer answer = SimulatedNetwork.read(call, body);
        if (answer.status() == Status.SESSION_NOT_FOUND) {
            return Pulse.refused(LossCause.SESSION_GONE);
        }
        if (answer.status() != Status.HEARTBEAT_RECEIVED) {
            return Pulse.failed();
        }
        SessionBeaten beaten = read(body);
        SessionLocks.News<SimulatedSessionLock> news = locks.hear(
                beaten.seq(),
                plant == Plant.CLIENT_IGNORES_LOSSES
                        ? List.of()
                        : beaten.lost().stream().map(SimulatedSession::loss).toList(),
                beaten.wanted());
        for (SessionLocks.Lost<SimulatedSessionLock> lost : news.lost()) {
            world.tally().count(Happening.LOSS_HEARD);
            lost.lock().lost(lost.loss().cause());
        }
        news.wanted().forEach(SimulatedSessionLock::wanted);
        if (news.complete()) {
            return Pulse.confirmed(beaten.remainingMs());
        }
        node.after(0, () -> {
            keeper.beatSoon(node.nowMillis());
            plan();
        });
        return Pulse.failed();
    }

    private static SessionBeaten read(byte[] body) {
        try {
            return SessionBeaten.read(body);
        } catch (IOException e) {
            throw new Violation(Violation.Rule.PROTOCOL, "", e.toString());
        }
    }

    private static SessionLocks.Loss loss(LostLock lost) {
        boolean broken = LockAnswer.BROKEN.equalsIgnoreCase(lost.reason());
        return new SessionLocks.Loss(lost.fencingToken(), broken ? LossCause.BROKEN : LossCause.LEASE_GONE, "");
    }

    private void follow(LeaseKeeper.Step step) {
        plan();
        LossCause loss = keeper.hold().loss();
        if (step == LeaseKeeper.Step.LOST && loss != null) {
            world.log(node.name() + " has lost its session: " + loss);
            locks.all().forEach(lock -> lock.lost(loss));
        }
    }
}
