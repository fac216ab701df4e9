package io.holdfast.client;

import io.holdfast.client.core.Hold;
import io.holdfast.client.core.Lease;
import io.holdfast.client.core.LeaseKeeper;
import io.holdfast.client.core.LossCause;
import io.holdfast.client.core.Pulse;
import io.holdfast.client.core.WakefulKeeper;
import io.vertx.core.Future;

/**
 * One lease in this client's hands, of a lock or of a session: does what its {@link WakefulKeeper} says. To be used on the
 * client's context only, except {@link #hold} and {@link #nowMillis}.
 */
final class KeptLease {
    private final Means means;
    private final WakefulKeeper keeper;
    private final Tenant tenant;
    private final Alarm alarm;
    private volatile Hold hold;

    /** Whose lease it is. */
    interface Tenant {
        /** Sends a heartbeat; the answer never fails. */
        Future<Pulse> beat(long timeoutMillis);

        /** The lease was lost; told once. */
        void leaseLost(LossCause cause);
    }

    KeptLease(Means means, Lease lease, Tenant tenant) {
        this.means = means;
        this.keeper = new WakefulKeeper(lease, means.ticker().sleeps(), means.random());
        this.tenant = tenant;
        this.alarm = new Alarm(means.ticker(), this::step);
        this.hold = keeper.hold();
    }

    void start() {
        plan();
    }

    /** What is known now. */
    Hold hold() {
        return keeper.judge(hold, sleeps());
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
        follow(keeper.gone(cause));
    }

    /** Sends nothing any more and loses nothing any more. */
    void end() {
        keeper.end(nowMillis(), sleeps());
        publish();
        plan();
    }

    private int sleeps() {
        return means.ticker().sleeps();
    }

    private void step() {
        LeaseKeeper.Step step = keeper.step(nowMillis(), sleeps());
        if (step == LeaseKeeper.Step.BEAT) {
            tenant.beat(keeper.beatTimeoutMillis(means.requestTimeoutMillis())).onSuccess(this::beaten);
        }
        follow(step);
    }

    private void beaten(Pulse pulse) {
        follow(keeper.beaten(nowMillis(), sleeps(), pulse));
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
