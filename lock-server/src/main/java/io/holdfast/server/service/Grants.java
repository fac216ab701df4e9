package io.holdfast.server.service;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Timers;

/** Arms the lease of what was granted, and ends it with what it was for. Confined to the event loop. */
final class Grants {
    private final LockTable table;
    private final Timers timers;
    private final TimeSource time;

    Grants(LockTable table, Timers timers, TimeSource time) {
        this.table = table;
        this.timers = timers;
        this.time = time;
    }

    /** Starts the lease of a hold that was just granted. */
    void arm(Hold hold) {
        timers.arm(hold, time.nowMillis(), hold.terms().ttlMillis());
    }

    /** Makes the lease run for its full length from now. */
    void renew(Hold hold) {
        timers.extend(hold, time.nowMillis(), hold.terms().ttlMillis());
        hold.heartbeatAt(time.wallMillis());
    }

    /** Ends a hold. What it held is free then, unless a lock-delay starts. */
    void end(Hold hold, EndReason reason) {
        timers.cancel(hold);
        long epoch = table.end(hold, reason);
        if (epoch != 0) {
            for (Part part : hold.parts()) {
                timers.arm(
                        new DelayTimer(part.resourceName(), epoch),
                        time.nowMillis(),
                        hold.terms().lockDelayMillis());
            }
        }
    }

    long remainingMillis(Hold hold) {
        return timers.remainingMillis(hold, time.nowMillis());
    }

    LockAnswer answer(Hold hold, long waitedMillis) {
        RequestKey request = hold.request();
        return LockAnswer.acquired(
                hold.token().toHex(),
                hold.fencingToken(),
                hold.terms().ttlMillis(),
                remainingMillis(hold),
                waitedMillis,
                request == null ? null : request.requestId());
    }
}
