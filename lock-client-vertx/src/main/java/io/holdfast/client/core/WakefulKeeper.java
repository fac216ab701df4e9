package io.holdfast.client.core;

import java.util.random.RandomGenerator;

/**
 * Keeps one lease, of a lock or of a session, on a machine that may sleep: a {@link LeaseKeeper} that is told with each call
 * how often the machine has slept so far, and has lost the lease once that is more than at its beginning. Not thread-safe,
 * except {@link #judge}.
 */
public final class WakefulKeeper {
    private final LeaseKeeper keeper;
    private final int sleepsBefore;

    /**
     * A lease that was just granted.
     *
     * @param sleeps how often the machine has slept until now
     */
    public WakefulKeeper(Lease lease, int sleeps, RandomGenerator random) {
        this.keeper = new LeaseKeeper(lease, random);
        this.sleepsBefore = sleeps;
    }

    /** What is known, as long as nobody asks how often the machine has slept. */
    public Hold hold() {
        return keeper.hold();
    }

    /** What {@link #hold} said, judged anew: a machine that has slept has lost the lease, whether or not anybody noticed. */
    public Hold judge(Hold known, int sleeps) {
        return known.isOver() || !hasSlept(sleeps) ? known : known.lostBy(LossCause.SLEPT);
    }

    /** As {@link LeaseKeeper#dueMillis}. */
    public long dueMillis() {
        return keeper.dueMillis();
    }

    /** As {@link LeaseKeeper#isOver}. */
    public boolean isOver() {
        return keeper.isOver();
    }

    /** As {@link LeaseKeeper#beatTimeoutMillis}. */
    public long beatTimeoutMillis(long requestTimeoutMillis) {
        return keeper.beatTimeoutMillis(requestTimeoutMillis);
    }

    /** What to do at that moment. */
    public LeaseKeeper.Step step(long nowMillis, int sleeps) {
        return hasSlept(sleeps) ? keeper.slept() : keeper.step(nowMillis);
    }

    /** The heartbeat was answered, or will not be. */
    public LeaseKeeper.Step beaten(long nowMillis, int sleeps, Pulse pulse) {
        LossCause refusal = hasSlept(sleeps) ? LossCause.SLEPT : pulse.refusal();
        if (refusal != null) {
            return keeper.beatRefused(refusal);
        }
        return pulse.confirmed()
                ? keeper.beatConfirmed(nowMillis, pulse.remainingMillis())
                : keeper.beatFailed(nowMillis);
    }

    /** The server said by the way that there is no such lease any more. */
    public LeaseKeeper.Step gone(LossCause cause) {
        return keeper.beatRefused(cause);
    }

    /** As {@link LeaseKeeper#beatSoon}. */
    public void beatSoon(long nowMillis) {
        keeper.beatSoon(nowMillis);
    }

    /**
     * Nothing is sent any more, and no answer counts.
     *
     * @return whether the lease was still live
     */
    public boolean end(long nowMillis, int sleeps) {
        if (hasSlept(sleeps)) {
            keeper.slept();
        }
        return keeper.end(nowMillis);
    }

    private boolean hasSlept(int sleeps) {
        return sleeps != sleepsBefore;
    }
}
