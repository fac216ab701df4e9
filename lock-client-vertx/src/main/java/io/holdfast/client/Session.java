package io.holdfast.client;

import io.holdfast.client.core.Lease;
import io.holdfast.client.core.LossCause;
import io.holdfast.client.core.Pulse;
import io.holdfast.client.core.SessionLocks;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LostLock;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.Status;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;

/**
 * A session of this client: one lease, kept by one heartbeat, for all the locks in it. To be used on the client's context
 * only.
 */
final class Session implements KeptLease.Tenant {
    private final Means means;
    private final SessionApi api;
    private final String id;
    private final KeptLease lease;
    private final Owner owner;
    private final SessionLocks<HeldLock> locks;

    /** Who has the session. */
    interface Owner {
        /** Whether it is of use to nobody, unless something is held in it. */
        boolean isIdle();

        /** It is over, and the next acquire needs another one. */
        void over(Session session);
    }

    Session(Means means, SessionApi api, String id, Lease lease, Owner owner) {
        this.means = means;
        this.api = api;
        this.id = id;
        this.lease = new KeptLease(means, lease, this);
        this.owner = owner;
        this.locks = new SessionLocks<>(ProtocolLimits.MAX_SESSION_NEWS, means.nowMillis());
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
        locks.use(means.nowMillis());
    }

    /** Takes a lock in. It may have been lost already, and the session been told. */
    void add(HeldLock lock) {
        SessionLocks.Loss loss =
                locks.add(lock, lock.fencingToken(), lock.grant().names());
        if (loss != null) {
            lock.lostAlone(loss.cause(), loss.why());
        }
    }

    /** A lock that is over. */
    void remove(HeldLock lock) {
        locks.remove(lock, lock.fencingToken(), lock.grant().names(), means.nowMillis());
    }

    /** The server says that there is no such session. */
    void gone() {
        lease.gone(LossCause.SESSION_GONE);
    }

    /** The moment from which the service keeps nothing in it; it moves for as long as the session is kept. */
    long untilMillis() {
        return isLive() ? lease.hold().lease().deadlineMillis() : Long.MIN_VALUE;
    }

    /** Gives back everything in one request; its answer is that to a release of each lock. */
    Future<Returned> close() {
        lease.end();
        Future<Returned> closing =
                Returned.by(means.errands().begin(() -> api.close(new SessionRequest(id, null)), null, ttlMillis()));
        locks.all().forEach(lock -> lock.closedWith(closing));
        owner.over(this);
        return closing;
    }

    @Override
    public Future<Pulse> beat(long timeoutMillis) {
        if (owner.isIdle() && locks.isUnused(means.nowMillis(), ttlMillis())) {
            return close().map(Pulse.failed());
        }
        Long ack = locks.ackSeq().isPresent() ? (Long) locks.ackSeq().getAsLong() : null;
        return api.heartbeat(new SessionRequest(id, ack), timeoutMillis).map(this::judge);
    }

    private Pulse judge(SessionApi.Beat beat) {
        SessionBeaten beaten = beat.beaten();
        if (beaten != null) {
            if (hear(beaten)) {
                return Pulse.confirmed(Grant.bounded(beaten.remainingMs()));
            }
            means.ticker().after(0, lease::hurry);
            return Pulse.failed();
        }
        return beat.reply().is(Status.SESSION_NOT_FOUND) ? Pulse.refused(LossCause.SESSION_GONE) : Pulse.failed();
    }

    /** Whether all losses are known now. */
    private boolean hear(SessionBeaten beaten) {
        List<SessionLocks.Loss> losses =
                beaten.lost().stream().map(Session::loss).toList();
        SessionLocks.News<HeldLock> news = locks.hear(beaten.seq(), losses, beaten.wanted());
        news.lost().forEach(lost -> lost.lock()
                .lostAlone(lost.loss().cause(), lost.loss().why()));
        news.wanted().forEach(HeldLock::wantedByOthers);
        return news.complete();
    }

    private static SessionLocks.Loss loss(LostLock lost) {
        boolean broken = LockAnswer.BROKEN.equalsIgnoreCase(lost.reason());
        return new SessionLocks.Loss(
                lost.fencingToken(),
                broken ? LossCause.BROKEN : LossCause.LEASE_GONE,
                Objects.requireNonNullElse(lost.breakReason(), ""));
    }

    @Override
    public void leaseLost(LossCause cause) {
        owner.over(this);
        locks.all().forEach(lock -> lock.leaseLost(cause));
    }
}
