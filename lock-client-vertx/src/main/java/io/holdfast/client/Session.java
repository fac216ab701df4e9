package io.holdfast.client;

import io.holdfast.client.core.Lease;
import io.holdfast.client.core.LossCause;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LostLock;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.Status;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session of this client: one lease, kept by one heartbeat, for all the locks in it. To be used on the client's context
 * only.
 */
final class Session implements KeptLease.Tenant {
    /** Losses of locks whose grants may still be on the way; the oldest are given up. */
    private static final int MAX_UNCLAIMED = 1_000;

    private final Means means;
    private final SessionApi api;
    private final String id;
    private final KeptLease lease;
    private final Owner owner;
    private final Map<Long, HeldLock> byFence = new LinkedHashMap<>();
    private final Map<String, Set<HeldLock>> byName = new LinkedHashMap<>();
    private final Map<Long, LostLock> unclaimed = new LinkedHashMap<>();
    private long ackSeq;
    private long usedMillis;

    /** Who has the session. */
    interface Owner {
        /** Whether it is of use to nobody, unless something is held in it. */
        boolean isIdle();

        /** What it held is being given back. */
        void ending(Future<?> closing);

        /** It is over, and the next acquire needs another one. */
        void over(Session session);
    }

    Session(Means means, SessionApi api, String id, Lease lease, Owner owner) {
        this.means = means;
        this.api = api;
        this.id = id;
        this.lease = new KeptLease(means, lease, this);
        this.owner = owner;
        this.usedMillis = means.nowMillis();
    }

    void start() {
        lease.start();
    }

    String id() {
        return id;
    }

    KeptLease lease() {
        return lease;
    }

    /** Whether something that the server says of this session may be trusted now. */
    boolean isLive() {
        return lease.hold().isHeld(means.nowMillis());
    }

    long ttlMillis() {
        return lease.hold().lease().ttlMillis();
    }

    /** Somebody is about to acquire in it. */
    void use() {
        usedMillis = means.nowMillis();
    }

    /** Takes a lock in. It may have been lost already, and the session been told. */
    void add(HeldLock lock) {
        lock.fencingToken().ifPresent(fence -> byFence.put(fence, lock));
        for (String name : lock.grant().names()) {
            byName.computeIfAbsent(name, any -> new LinkedHashSet<>()).add(lock);
        }
        LostLock loss = lock.fencingToken().isPresent()
                ? unclaimed.remove(lock.fencingToken().getAsLong())
                : null;
        if (loss != null) {
            lose(lock, loss);
        }
    }

    /** A lock that is over. */
    void remove(HeldLock lock) {
        lock.fencingToken().ifPresent(byFence::remove);
        for (String name : lock.grant().names()) {
            byName.computeIfPresent(name, (any, locks) -> locks.remove(lock) && locks.isEmpty() ? null : locks);
        }
        use();
    }

    /** The server says that there is no such session. */
    void gone() {
        lease.gone(LossCause.SESSION_GONE);
    }

    /** Gives back everything in one request; its answer is that to a release of each lock. */
    Future<ReleaseCall.Returned> close() {
        long untilMillis = lease.hold().lease().deadlineMillis();
        lease.end();
        Future<ReleaseCall.Returned> closing =
                ReleaseCall.start(means, () -> api.close(new SessionRequest(id, null)), untilMillis);
        owner.ending(closing);
        locks().forEach(lock -> lock.closedWith(closing));
        owner.over(this);
        return closing;
    }

    @Override
    public Future<KeptLease.Pulse> beat(long timeoutMillis) {
        if (byName.isEmpty() && owner.isIdle() && means.nowMillis() - usedMillis >= ttlMillis()) {
            return close().map(KeptLease.Pulse.failed());
        }
        Long ack = ackSeq == 0 ? null : (Long) ackSeq;
        return api.heartbeat(new SessionRequest(id, ack), timeoutMillis).map(this::judge);
    }

    private KeptLease.Pulse judge(SessionApi.Beat beat) {
        SessionBeaten beaten = beat.beaten();
        if (beaten != null) {
            hear(beaten);
            if (beaten.lost().size() < ProtocolLimits.MAX_SESSION_NEWS) {
                return KeptLease.Pulse.confirmed(Grant.bounded(beaten.remainingMs()));
            }
            // There are more losses, and they wait for the acknowledgement. Until all are known nothing may be believed
            // in
            // for longer: a lock that was broken is kept from others only until the lease that its holder knew of.
            means.ticker().after(0, lease::hurry);
            return KeptLease.Pulse.failed();
        }
        return beat.reply().is(Status.SESSION_NOT_FOUND)
                ? KeptLease.Pulse.refused(LossCause.SESSION_GONE)
                : KeptLease.Pulse.failed();
    }

    private void hear(SessionBeaten beaten) {
        for (LostLock loss : beaten.lost()) {
            HeldLock lock = byFence.get(loss.fencingToken());
            if (lock != null) {
                lose(lock, loss);
            } else {
                keepUnclaimed(loss);
            }
        }
        ackSeq = Math.max(ackSeq, beaten.seq());
        for (String name : beaten.wanted()) {
            List.copyOf(byName.getOrDefault(name, Set.of())).forEach(HeldLock::wantedByOthers);
        }
    }

    private static void lose(HeldLock lock, LostLock loss) {
        boolean broken = LockAnswer.BROKEN.equalsIgnoreCase(loss.reason());
        lock.lostAlone(broken ? LossCause.BROKEN : LossCause.LEASE_GONE, why(loss.breakReason()));
    }

    private static String why(@Nullable String breakReason) {
        return breakReason == null ? "" : breakReason;
    }

    private void keepUnclaimed(LostLock loss) {
        unclaimed.put(loss.fencingToken(), loss);
        if (unclaimed.size() > MAX_UNCLAIMED) {
            Iterator<Long> oldest = unclaimed.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    @Override
    public void leaseLost(LossCause cause) {
        owner.over(this);
        locks().forEach(lock -> lock.leaseLost(cause));
    }

    private List<HeldLock> locks() {
        Set<HeldLock> all = new LinkedHashSet<>();
        byName.values().forEach(all::addAll);
        return new ArrayList<>(all);
    }
}
