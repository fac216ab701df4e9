package io.holdfast.server.service;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Timers;
import org.jspecify.annotations.Nullable;

/** Arms the lease of what was granted, and ends it with what it was for. Confined to the event loop. */
final class Grants {
    private final LockTable table;
    private final Timers timers;
    private final TimeSource time;
    private final Events events;

    Grants(LockTable table, Timers timers, TimeSource time, Events events) {
        this.table = table;
        this.timers = timers;
        this.time = time;
        this.events = events;
    }

    /** Starts the lease of a hold that was just granted, unless it lives as long as a session. */
    void arm(Hold hold) {
        startLease(hold);
        events.granted(hold);
    }

    /** Starts the lease of a hold that was granted by an earlier run, in full: its renewals are not known. */
    void resume(Hold hold) {
        startLease(hold);
    }

    private void startLease(Hold hold) {
        if (hold.session() == null) {
            timers.arm(hold, time.nowMillis(), hold.terms().ttlMillis());
        }
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
        events.ended(hold, reason);
        if (epoch != 0) {
            for (Part part : hold.parts()) {
                timers.arm(
                        new DelayTimer(part.resourceName(), epoch),
                        time.nowMillis(),
                        hold.terms().lockDelayMillis());
            }
        }
    }

    /** Ends a hold by an operator's word. What it held is kept from everybody until the delay of that epoch ends. */
    void breakHold(Hold hold, long epoch, @Nullable String reason, long graceMillis, boolean exclusionGivenUp) {
        timers.cancel(hold);
        table.breakHold(hold, epoch, reason, graceMillis);
        events.broken(hold, reason, exclusionGivenUp);
    }

    long remainingMillis(Hold hold) {
        Session session = hold.session();
        return timers.remainingMillis(session == null ? hold : session, time.nowMillis());
    }

    long remainingMillis(Session session) {
        return timers.remainingMillis(session, time.nowMillis());
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
