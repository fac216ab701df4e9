package io.holdfast.verification.simulation;

import io.holdfast.client.core.BackOff;
import io.holdfast.client.core.LossCause;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.verification.simulation.Tally.Happening;
import java.util.List;

/** A lock that lives as long as its client's session. */
final class SimulatedSessionLock implements Belief {
    private static final BackOff BACK_OFF = new BackOff(50, 1_000);
    private static final long REQUEST_TIMEOUT_MS = 2_000;

    private final SimulatedWorld world;
    private final SimulatedNetwork network;
    private final SimulatedNode node;
    private final SimulatedSession session;
    private final List<ResourceClaim> claims;
    private final LockAnswer grant;
    private final Runnable onOver;
    private boolean parted;
    private int failures;

    SimulatedSessionLock(
            SimulatedWorld world,
            SimulatedNetwork network,
            SimulatedNode node,
            SimulatedSession session,
            List<ResourceClaim> claims,
            LockAnswer grant,
            Runnable onOver) {
        this.world = world;
        this.network = network;
        this.node = node;
        this.session = session;
        this.claims = claims;
        this.grant = grant;
        this.onOver = onOver;
    }

    @Override
    public List<ResourceClaim> claims() {
        return claims;
    }

    @Override
    public long fencingToken() {
        return grant.fencingToken();
    }

    @Override
    public boolean isHeld() {
        return !parted && session.isLive();
    }

    @Override
    public long confirmedAtRealMillis() {
        return session.confirmedAtRealMillis();
    }

    List<String> names() {
        return claims.stream().map(ResourceClaim::resourceName).toList();
    }

    void lost(LossCause cause) {
        if (!parted) {
            world.tally().count(Happening.LOSS);
            world.log(String.join(",", names()), node.name() + " has lost " + fencingToken() + ": " + cause);
            part();
        }
    }

    /** Its session was closed, which gives back all it has. */
    void closed() {
        if (!parted) {
            part();
        }
    }

    /** Others wait; a holder that is polite and hears of it gives the lock back early. */
    void wanted() {
        if (isHeld()) {
            world.tally().count(Happening.WANTED);
            if (world.chance(0.3)) {
                release();
            }
        }
    }

    /** Gives the lock back, if it is still there. */
    void release() {
        if (parted) {
            return;
        }
        boolean held = session.isLive();
        world.log(String.join(",", names()), node.name() + " gives " + fencingToken() + " back");
        parted = true;
        session.remove(this);
        sendRelease(held);
        if (!held) {
            onOver.run();
        }
    }

    private void part() {
        parted = true;
        session.remove(this);
        onOver.run();
    }

    private void sendRelease(boolean repeated) {
        TokenRequest request = new TokenRequest(names().get(0), grant.lockToken());
        network.send(node, Call.release(request), REQUEST_TIMEOUT_MS, answer -> {
            if (!repeated) {
                return;
            }
            boolean answered = answer != null && answer.status() != Status.UNAVAILABLE;
            // The session is kept alive, and the lock with it, until the server has heard of the release.
            if (answered || !session.isLive()) {
                onOver.run();
            } else {
                node.after(BACK_OFF.delayMillis(++failures, world.random()), () -> sendRelease(true));
            }
        });
    }
}
