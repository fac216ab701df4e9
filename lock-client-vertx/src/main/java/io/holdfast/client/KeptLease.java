package io.holdfast.client;

import io.holdfast.client.core.Hold;
import io.holdfast.client.core.Lease;
import io.holdfast.client.core.LeaseKeeper;
import io.holdfast.client.core.LossCause;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * One lease in this client's hands, of a lock or of a session: does what its {@link LeaseKeeper} says. To be used on the
 * client's context only, except {@link #hold} and {@link #nowMillis}.
 */
final class KeptLease {
    private final Means means;
    private final LeaseKeeper keeper;
    private final Tenant tenant;
    private final Alarm alarm;
    private final int sleepsBefore;
    private volatile Hold hold;

    /** Whose lease it is. */
    interface Tenant {
        /** Sends a heartbeat; the answer never fails. */
        Future<Pulse> beat(long timeoutMillis);

        /** The lease was lost; told once. */
        void leaseLost(LossCause cause);
    }

    /**
     * What came of a heartbeat.
     *
     * @param confirmed whether the lease was renewed
     * @param remainingMillis what is left of it; null if the server does not say
     * @param refusal why there is nothing to renew any more; null if there may be
     */
    record Pulse(
            boolean confirmed,
            @Nullable Long remainingMillis,
            @Nullable LossCause refusal) {

        static Pulse confirmed(@Nullable Long remainingMillis) {
            return new Pulse(true, remainingMillis, null);
        }

        /** No answer that renews anything. */
        static Pulse failed() {
            return new Pulse(false, null, null);
        }

        static Pulse refused(LossCause cause) {
            return new Pulse(false, null, cause);
        }
    }

    KeptLease(Means means, Lease lease, Tenant tenant) {
        this.means = means;
        this.keeper = new LeaseKeeper(lease, means.random());
        this.tenant = tenant;
        this.alarm = new Alarm(means.ticker(), this::step);
        this.sleepsBefore = means.ticker().sleeps();
        this.hold = keeper.hold();
    }

    void start() {
        plan();
    }

    /** What is known now. A machine that has slept since the grant has lost it, whether or not anybody noticed. */
    Hold hold() {
        Hold known = hold;
        return known.isOver() || !hasSlept() ? known : known.lostBy(LossCause.SLEPT);
    }

    long nowMillis() {
        return means.nowMillis();
    }

    /** Looks at the clock now instead of when something is due. */
    void check() {
        if (!keeper.isOver()) {
            step();
        }
    }

    /** Sends the next heartbeat as soon as the one under way was answered. */
    void hurry() {
        keeper.beatSoon(nowMillis());
        plan();
    }

    /** The server said by the way that there is no such lease any more. */
    void gone(LossCause cause) {
        follow(keeper.beatRefused(cause));
    }

    /** Sends nothing any more and loses nothing any more. */
    void end() {
        if (hasSlept()) {
            keeper.slept();
        }
        keeper.end(nowMillis());
        publish();
        plan();
    }

    private boolean hasSlept() {
        return means.ticker().sleeps() != sleepsBefore;
    }

    private void step() {
        LeaseKeeper.Step step = hasSlept() ? keeper.slept() : keeper.step(nowMillis());
        if (step == LeaseKeeper.Step.BEAT) {
            tenant.beat(keeper.beatTimeoutMillis(means.requestTimeoutMillis())).onSuccess(this::beaten);
        }
        follow(step);
    }

    private void beaten(Pulse pulse) {
        long nowMillis = nowMillis();
        LossCause refusal = hasSlept() ? LossCause.SLEPT : pulse.refusal();
        if (refusal != null) {
            follow(keeper.beatRefused(refusal));
        } else if (pulse.confirmed()) {
            follow(keeper.beatConfirmed(nowMillis, pulse.remainingMillis()));
        } else {
            follow(keeper.beatFailed(nowMillis));
        }
    }

    private void follow(LeaseKeeper.Step step) {
        publish();
        plan();
        LossCause loss = hold.loss();
        if (step == LeaseKeeper.Step.LOST && loss != null) {
            tenant.leaseLost(loss);
        }
    }

    private void publish() {
        Hold before = hold;
        Hold now = keeper.hold();
        hold = now;
        if (now.lease().deadlineMillis() < before.lease().deadlineMillis()) {
            means.watchdog().recheck();
        }
    }

    private void plan() {
        if (keeper.isOver()) {
            alarm.cancel();
        } else {
            alarm.at(keeper.dueMillis());
        }
    }
}
