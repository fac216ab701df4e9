package io.holdfast.verification.simulation;

import io.holdfast.client.core.BackOff;
import io.holdfast.client.core.Lease;
import io.holdfast.protocol.AcquireAllRequest;
import io.holdfast.protocol.AcquireTerms;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.TokenRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One acquire of a client: waits in slices and comes back before a slice ends, repeats what had an unknown outcome under
 * the same request id, and cancels what it gives up. Without a request id every attempt stands for itself.
 */
final class SimulatedAcquire {
    private static final BackOff BACK_OFF = new BackOff(50, 1_000);
    private static final long REQUEST_TIMEOUT_MS = 2_000;

    private final SimulatedWorld world;
    private final SimulatedNetwork network;
    private final SimulatedNode node;
    private final Plant plant;
    private final @Nullable String clientId;
    private final @Nullable SimulatedSession session;
    private final Wish wish;
    private final Owner owner;
    private final List<SimulatedNetwork.Exchange> open = new ArrayList<>();
    private @Nullable String requestId;
    private int attempts;
    private int failures;
    private boolean over;

    /** Who wanted the lock; told once. */
    interface Owner {
        void granted(LockAnswer answer, Lease lease);

        void refused();
    }

    SimulatedAcquire(
            SimulatedWorld world,
            SimulatedNetwork network,
            SimulatedNode node,
            Plant plant,
            @Nullable String clientId,
            @Nullable SimulatedSession session,
            Wish wish,
            Owner owner) {
        this.world = world;
        this.network = network;
        this.node = node;
        this.plant = plant;
        this.clientId = clientId;
        this.session = session;
        this.wish = wish;
        this.owner = owner;
    }

    void start() {
        drawRequestId();
        node.after(wish.patienceMillis(), this::losePatience);
        attempt();
    }

    private void drawRequestId() {
        requestId = wish.named() ? Long.toHexString(world.random().nextLong() | Long.MIN_VALUE) : null;
    }

    private void attempt() {
        if (over) {
            return;
        }
        if (session != null && !session.isLive()) {
            leaveSession();
            return;
        }
        int attempt = ++attempts;
        long sentMillis = node.nowMillis();
        AcquireTerms terms = new AcquireTerms(
                clientId,
                wish.ttlMs(),
                wish.sliceMillis(),
                requestId,
                session == null ? null : session.id(),
                wish.lockDelayMillis(),
                Map.of());
        String askedAs = requestId;
        open.add(network.send(
                node,
                Call.acquire(wish.claims(), terms),
                wish.sliceMillis() + REQUEST_TIMEOUT_MS,
                answer -> answered(attempt, askedAs, sentMillis, answer)));
        if (requestId != null && wish.sliceMillis() > 0) {
            long beforeItEndsMillis = Math.max(wish.sliceMillis() - 1_000, wish.sliceMillis() / 2);
            node.after(beforeItEndsMillis, () -> {
                if (attempt == attempts) {
                    attempt();
                }
            });
        }
    }

    private void answered(int attempt, @Nullable String askedAs, long sentMillis, @Nullable LockAnswer answer) {
        if (over || !Objects.equals(askedAs, requestId)) {
            return;
        }
        boolean newest = attempt == attempts;
        if (answer == null) {
            repeatLater(newest);
            return;
        }
        switch (answer.status()) {
            case ACQUIRED -> granted(sentMillis, answer);
            case QUEUED -> {
                if (newest) {
                    attempt();
                }
            }
            case ENDED -> {
                drawRequestId();
                repeatLater(true);
            }
            case SESSION_NOT_FOUND -> {
                Objects.requireNonNull(session).gone();
                leaveSession();
            }
            case MODE_MISMATCH, LIMIT_MISMATCH -> end();
            case BUSY, TIMEOUT -> {
                if (wish.patienceMillis() == 0) {
                    end();
                } else {
                    repeatLater(newest);
                }
            }
            case UNAVAILABLE, LIMIT_EXCEEDED -> repeatLater(newest);
            default ->
                throw new Violation(
                        Violation.Rule.PROTOCOL, wish.claims().get(0).resourceName(), "strange answer " + answer);
        }
    }

    /** What was asked for in a session that is over counts no more. */
    private void leaveSession() {
        over = true;
        open.forEach(SimulatedNetwork.Exchange::abandon);
        owner.refused();
    }

    private void granted(long sentMillis, LockAnswer answer) {
        long countedFrom = plant == Plant.CLIENT_COUNTS_FROM_THE_ANSWER ? node.nowMillis() : sentMillis;
        long ttlMillis = answer.ttlMs();
        Lease lease = Lease.granted(countedFrom, answer.waitedMs(), ttlMillis, answer.remainingMs());
        if (session != null && !session.isLive()) {
            String name = wish.claims().get(0).resourceName();
            network.send(
                    node, Call.release(new TokenRequest(name, answer.lockToken())), REQUEST_TIMEOUT_MS, released -> {});
            leaveSession();
            return;
        }
        if (session == null && !lease.isLive(node.nowMillis())) {
            // Too late to trust it; with a request id what is left of it can be fetched again.
            repeatLater(true);
            return;
        }
        over = true;
        open.forEach(SimulatedNetwork.Exchange::abandon);
        owner.granted(answer, lease);
    }

    private void repeatLater(boolean newest) {
        if (newest) {
            int failed = attempts;
            node.after(BACK_OFF.delayMillis(++failures, world.random()), () -> {
                if (failed == attempts) {
                    attempt();
                }
            });
        }
    }

    private void losePatience() {
        // A try ends by its answer. And once all is well everybody who asks is to be served, so nobody leaves.
        if (!over && wish.patienceMillis() > 0 && !world.isHealed()) {
            end();
        }
    }

    private void end() {
        over = true;
        open.forEach(SimulatedNetwork.Exchange::abandon);
        if (requestId == null) {
            owner.refused();
        } else {
            cancel(requestId);
        }
    }

    private void cancel(String id) {
        CancelRequest request = new CancelRequest(AcquireAllRequest.nameOfSet(wish.claims()), clientId, id);
        network.send(node, Call.cancel(request), REQUEST_TIMEOUT_MS, answer -> {
            if (answer == null) {
                node.after(BACK_OFF.delayMillis(++failures, world.random()), () -> cancel(id));
            } else {
                owner.refused();
            }
        });
    }
}
