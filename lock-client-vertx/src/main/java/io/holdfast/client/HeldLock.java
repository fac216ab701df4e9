package io.holdfast.client;

import io.holdfast.client.core.Hold;
import io.holdfast.client.core.LossCause;
import io.holdfast.client.core.Pulse;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.TokenRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One lock in this client's hands, with a lease of its own or that of its session. To be used on the client's context only,
 * except {@link #hold}, {@link #nowMillis}, {@link #onLost}, {@link #tellListeners}, {@link #detail} and what never changes.
 */
final class HeldLock implements KeptLease.Tenant {
    private final Means means;
    private final Grant grant;
    private final KeptLease lease;
    private final Keeper keeper;
    private final Promise<LossReason> lost = Promise.promise();
    private final Promise<Void> wanted = Promise.promise();
    private final LossListeners listeners;
    private volatile @Nullable Parting parting;
    private volatile String detail = "";
    private boolean lossTold;
    private @Nullable Future<ReleaseResult> release;

    /**
     * How this lock was parted from its lease.
     *
     * @param loss why it was lost; null if it was given back in time
     * @param ended whether its holder has begun to give it back
     */
    private record Parting(@Nullable LossCause loss, boolean ended) {}

    /** Who keeps the lock. */
    interface Keeper {
        /** The lock was lost, or its release was answered. */
        void over(HeldLock lock);
    }

    /** Takes a grant over; what listeners throw is given to {@code trouble}. */
    HeldLock(Means means, Grant grant, Keeper keeper, Consumer<Throwable> trouble) {
        this.means = means;
        this.grant = grant;
        this.keeper = keeper;
        this.listeners = new LossListeners(trouble);
        Session session = grant.session();
        this.lease = session == null ? new KeptLease(means, grant.lease(), this) : session.lease();
    }

    void start() {
        Session session = grant.session();
        if (session == null) {
            lease.start();
        } else {
            session.add(this);
        }
    }

    Grant grant() {
        return grant;
    }

    TokenRequest request() {
        return grant.request();
    }

    OptionalLong fencingToken() {
        return grant.fencingToken();
    }

    /** What is known now. */
    Hold hold() {
        Hold kept = lease.hold();
        Parting parted = parting;
        return parted == null ? kept : new Hold(kept.lease(), parted.loss(), parted.ended());
    }

    long nowMillis() {
        return lease.nowMillis();
    }

    /** For people: why it was lost, as far as somebody said so; else empty. */
    String detail() {
        return detail;
    }

    Future<LossReason> lost() {
        return lost.future();
    }

    Future<Void> wanted() {
        return wanted.future();
    }

    void onLost(Consumer<LossReason> listener) {
        listeners.add(listener);
        Hold now = hold();
        LossCause loss = now.lossAt(nowMillis());
        if (loss != null) {
            tellListeners(loss);
        } else if (!now.ended()) {
            means.watchdog().watch(this);
        }
    }

    void tellListeners(LossCause loss) {
        listeners.lost(LossReason.of(loss));
    }

    /** Somebody waits for what this lock is on. */
    void wantedByOthers() {
        if (!hold().isOver()) {
            wanted.tryComplete();
        }
    }

    @Override
    public Future<Pulse> beat(long timeoutMillis) {
        return means.api().heartbeat(request(), timeoutMillis).map(this::judge);
    }

    private Pulse judge(ServerReply reply) {
        LockAnswer answer = reply.answer();
        if (answer == null) {
            return Pulse.failed();
        }
        return switch (answer.status()) {
            case HEARTBEAT_RECEIVED -> Pulse.confirmed(remainingMillis(answer));
            case NOT_FOUND, INVALID_TOKEN -> {
                note(Objects.requireNonNullElse(answer.breakReason(), ""));
                yield Pulse.refused(lossBy(answer));
            }
            default -> Pulse.failed();
        };
    }

    static @Nullable Long remainingMillis(LockAnswer answer) {
        return answer.remainingMs() == null ? null : (Long) Grant.bounded(answer.remainingMs());
    }

    /** What it means for the holder that a heartbeat was refused. */
    static LossCause lossBy(LockAnswer answer) {
        if (answer.status() != Status.NOT_FOUND) {
            return LossCause.OTHER_TOKEN;
        }
        return LockAnswer.BROKEN.equalsIgnoreCase(answer.reason()) ? LossCause.BROKEN : LossCause.LEASE_GONE;
    }

    /** The machine slept. */
    void wokeUp() {
        lease.check();
    }

    @Override
    public void leaseLost(LossCause cause) {
        if (parting == null) {
            tellLost(cause);
        }
    }

    /** Only this lock was lost, and its session lives on. */
    void lostAlone(LossCause cause, String why) {
        if (!hold().isOver()) {
            note(why);
            parting = new Parting(cause, false);
            tellLost(cause);
        }
    }

    /** Gives the lock back; a repeat gets the same answer. */
    Future<ReleaseResult> release() {
        Future<ReleaseResult> begun = release;
        if (begun == null) {
            begun = beginRelease();
            release = begun;
        }
        return begun;
    }

    private Future<ReleaseResult> beginRelease() {
        LossCause loss = hold().lossAt(nowMillis());
        return part(loss) ? means.giveBack(grant).map(this::returned) : lostBefore(loss);
    }

    /** Its session was closed, which gives back all it has; what comes of that is the answer to a release, too. */
    void closedWith(Future<Returned> closing) {
        if (release == null && part(hold().lossAt(nowMillis()))) {
            release = closing.map(this::returned);
        }
    }

    /** From here on nothing is sent, and no answer counts. Says whether the lock was held until now. */
    private boolean part(@Nullable LossCause loss) {
        parting = new Parting(loss, true);
        if (grant.session() == null) {
            lease.end();
        }
        return loss == null;
    }

    private Future<ReleaseResult> lostBefore(@Nullable LossCause loss) {
        LossCause cause = Objects.requireNonNull(loss);
        tellLost(cause);
        if (cause == LossCause.SILENCE || cause == LossCause.SLEPT) {
            // Only this client knows that it gave up: the server may keep the lock for others' harm a while longer.
            means.giveBack(grant);
        }
        return Future.succeededFuture(ReleaseResult.ALREADY_LOST);
    }

    private ReleaseResult returned(Returned returned) {
        LossCause loss = returned.loss();
        if (loss == null) {
            keeper.over(this);
        } else {
            note(returned.detail());
            parting = new Parting(loss, true);
            tellLost(loss);
        }
        return returned.result();
    }

    private void note(String why) {
        detail = why;
    }

    private void tellLost(LossCause cause) {
        if (!lossTold) {
            lossTold = true;
            keeper.over(this);
            tellListeners(cause);
            lost.complete(LossReason.of(cause));
        }
    }
}
