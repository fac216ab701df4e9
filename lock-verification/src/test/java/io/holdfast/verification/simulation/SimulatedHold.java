package io.holdfast.verification.simulation;

import io.holdfast.client.core.BackOff;
import io.holdfast.client.core.Lease;
import io.holdfast.client.core.LeaseKeeper;
import io.holdfast.client.core.LossCause;
import io.holdfast.client.core.Pulse;
import io.holdfast.client.core.WakefulKeeper;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.TokenRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client was granted, kept alive by the library's own arithmetic until it is released or lost. */
final class SimulatedHold implements Belief {
    private static final BackOff BACK_OFF = new BackOff(50, 1_000);
    private static final long REQUEST_TIMEOUT_MS = 2_000;

    private final SimulatedWorld world;
    private final SimulatedNetwork network;
    private final SimulatedNode node;
    private final Plant plant;
    private final List<ResourceClaim> claims;
    private final String lockToken;
    private final long fencingToken;
    private final WakefulKeeper keeper;
    private final SimulatedAlarm alarm;
    private final Runnable onOver;
    private long confirmedAtRealMillis = -1;
    private int failures;

    SimulatedHold(
            SimulatedWorld world,
            SimulatedNetwork network,
            SimulatedNode node,
            Plant plant,
            List<ResourceClaim> claims,
            LockAnswer grant,
            Lease lease,
            Runnable onOver) {
        this.world = world;
        this.network = network;
        this.node = node;
        this.plant = plant;
        this.claims = claims;
        this.lockToken = grant.lockToken();
        this.fencingToken = grant.fencingToken();
        this.keeper = new WakefulKeeper(lease, node.sleeps(), world.random());
        this.alarm = new SimulatedAlarm(node, this::step);
        this.onOver = onOver;
    }

    void start() {
        plan();
    }

    @Override
    public List<ResourceClaim> claims() {
        return claims;
    }

    @Override
    public long fencingToken() {
        return fencingToken;
    }

    @Override
    public boolean isHeld() {
        return keeper.judge(keeper.hold(), node.sleeps()).isHeld(node.nowMillis());
    }

    @Override
    public long confirmedAtRealMillis() {
        return confirmedAtRealMillis;
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
        long sentAtRealMillis = world.nowMillis();
        if (step == LeaseKeeper.Step.BEAT) {
            network.send(
                    node,
                    Call.heartbeat(request()),
                    keeper.beatTimeoutMillis(REQUEST_TIMEOUT_MS),
                    answer -> beatReplied(sentAtRealMillis, answer));
        }
        follow(step);
    }

    private void beatReplied(long sentAtRealMillis, @Nullable LockAnswer answer) {
        Pulse pulse = judge(answer);
        if (pulse.confirmed() && answer != null) {
            confirmedAtRealMillis = sentAtRealMillis;
        }
        follow(keeper.beaten(node.nowMillis(), node.sleeps(), pulse));
    }

    private Pulse judge(@Nullable LockAnswer answer) {
        if (answer == null) {
            return plant == Plant.CLIENT_IGNORES_LOST_HEARTBEATS ? Pulse.confirmed(null) : Pulse.failed();
        }
        return switch (answer.status()) {
            case HEARTBEAT_RECEIVED -> Pulse.confirmed(answer.remainingMs());
            case NOT_FOUND ->
                Pulse.refused(LockAnswer.BROKEN.equals(answer.reason()) ? LossCause.BROKEN : LossCause.LEASE_GONE);
            case INVALID_TOKEN -> Pulse.refused(LossCause.OTHER_TOKEN);
            default -> Pulse.failed();
        };
    }

    private void follow(LeaseKeeper.Step step) {
        plan();
        if (step == LeaseKeeper.Step.LOST) {
            world.tally().count(Tally.Happening.LOSS);
            world.log(
                    names(),
                    node.name() + " has lost " + fencingToken + ": "
                            + keeper.hold().loss());
            onOver.run();
        }
    }

    /** Gives the lock back, if it is still there. */
    void release() {
        if (keeper.isOver() || plant == Plant.CLIENT_NEVER_GIVES_BACK) {
            return;
        }
        boolean held = keeper.end(node.nowMillis(), node.sleeps());
        world.log(names(), node.name() + " gives " + fencingToken + " back");
        sendRelease(held);
        if (!held) {
            onOver.run();
        }
    }

    private void sendRelease(boolean repeated) {
        network.send(node, Call.release(request()), REQUEST_TIMEOUT_MS, answer -> {
            if (!repeated) {
                return;
            }
            boolean answered = answer != null && answer.status() != Status.UNAVAILABLE;
            if (answered || !keeper.hold().lease().isLive(node.nowMillis())) {
                onOver.run();
            } else {
                node.after(BACK_OFF.delayMillis(++failures, world.random()), () -> sendRelease(true));
            }
        });
    }

    /** Any member names a set. */
    private TokenRequest request() {
        ResourceClaim member = claims.get((int) world.between(0, claims.size() - 1));
        return new TokenRequest(member.resourceName(), lockToken);
    }

    private String names() {
        return String.join(",", claims.stream().map(ResourceClaim::resourceName).toList());
    }
}
