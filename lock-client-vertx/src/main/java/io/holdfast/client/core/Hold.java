package io.holdfast.client.core;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a hold at one moment; may be read from any thread. Immutable.
 *
 * @param lease until when it may be trusted
 * @param loss why it was lost; null while it is not known to be lost
 * @param ended whether its holder has begun to give it back
 */
public record Hold(Lease lease, @Nullable LossCause loss, boolean ended) {

    /** Whether it was lost or is being given back. */
    public boolean isOver() {
        return ended || loss != null;
    }

    /** This hold, lost for that cause. */
    public Hold lostBy(LossCause cause) {
        return new Hold(lease, cause, ended);
    }

    /** Whether the lock may be relied on at that moment. */
    public boolean isHeld(long nowMillis) {
        return loss == null && !ended && lease.isLive(nowMillis);
    }

    /** Why the lock is lost at that moment, noticed or not; null if it is held or was given back in time. */
    public @Nullable LossCause lossAt(long nowMillis) {
        if (loss != null) {
            return loss;
        }
        return ended || lease.isLive(nowMillis) ? null : LossCause.SILENCE;
    }

    /** What is left until the deadline; 0 when not held. */
    public long remainingMillis(long nowMillis) {
        return isHeld(nowMillis) ? lease.remainingMillis(nowMillis) : 0;
    }
}
