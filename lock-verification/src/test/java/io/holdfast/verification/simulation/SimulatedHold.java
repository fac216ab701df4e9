package io.holdfast.verification.simulation;

import io.holdfast.client.core.BackOff;
import io.holdfast.client.core.Lease;
import io.holdfast.client.core.LeaseKeeper;
import io.holdfast.client.core.LossCause;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.TokenRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client was granted, kept alive by the library's own arithmetic until it is released or lost. */
final class SimulatedHold {
    private static final BackOff BACK_OFF = new BackOff(50, 1_000);
    private static final long REQUEST_TIMEOUT_MS = 2_000;

    private final SimulatedWorld world;
    private final SimulatedNetwork network;
    private final SimulatedNode node;
    private final Plant plant;
    private final List<ResourceClaim> claims;
    private final String lockToken;
    private final long fencingToken;
    private final LeaseKeeper keeper;
    private final Runnable onOver;
    private int alarms;
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
        this.keeper = new LeaseKeeper(lease, world.random());
        this.onOver = onOver;
    }

    void start() {
        plan();
    }

    List<ResourceClaim> claims() {
        return claims;
    }

    long fencingToken() {
        return fencingToken;
    }

    /** What the client's handle says now. */
    boolean isHeld() {
        return keeper.hold().isHeld(node.nowMillis());
    }

    private void plan() {
        int alarm = ++alarms;
        if (!keeper.isOver()) {
            node.after(keeper.dueMillis() - node.nowMillis(), () -> {
                if (alarm == alarms) {
                    step();
                }
            });
        }
    }

    private void step() {
        LeaseKeeper.Step step = keeper.step(node.nowMillis());
        if (step == LeaseKeeper.Step.BEAT) {
            network.send(
                    node, Call.heartbeat(request()), keeper.beatTimeoutMillis(REQUEST_TIMEOUT_MS), this::beatReplied);
        }
        follow(step);
    }

    private void beatReplied(@Nullable LockAnswer answer) {
        long nowMillis = node.nowMillis();
        if (answer == null) {
            follow(
                    plant == Plant.CLIENT_IGNORES_LOST_HEARTBEATS
                            ? keeper.beatConfirmed(nowMillis, null)
                            : keeper.beatFailed(nowMillis));
            return;
        }
        follow(
                switch (answer.status()) {
                    case HEARTBEAT_RECEIVED -> keeper.beatConfirmed(nowMillis, answer.remainingMs());
                    case NOT_FOUND -> keeper.beatRefused(LossCause.LEASE_GONE);
                    case INVALID_TOKEN -> keeper.beatRefused(LossCause.OTHER_TOKEN);
                    default -> keeper.beatFailed(nowMillis);
                });
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
        boolean held = keeper.end(node.nowMillis());
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
