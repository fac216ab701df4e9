package io.holdfast.server.service;

import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Resource;
import io.holdfast.server.core.Timers;
import io.holdfast.server.log.Promises;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes resources from their holders by an operator's word. The first step keeps everybody else out, the next ones end
 * the holds, a bounded number at a time because there may be a million of them, and the last one begins the grace. One
 * break after the other, in the order they were asked for. Confined to the event loop.
 */
final class Breaks {
    /** Parts of holds ended in one go, a few milliseconds of work. */
    private static final int PARTS_PER_STEP = 1_000;

    private final LockTable table;
    private final Timers timers;
    private final TimeSource time;
    private final Promises promises;
    private final Grants grants;
    private final WaitingRoom waitingRoom;
    private final Deque<Breaking> underWay = new ArrayDeque<>();

    Breaks(LockTable table, Timers timers, TimeSource time, Promises promises, Grants grants, WaitingRoom waitingRoom) {
        this.table = table;
        this.timers = timers;
        this.time = time;
        this.promises = promises;
        this.grants = grants;
        this.waitingRoom = waitingRoom;
    }

    /** Breaks what is held, and answers when all of it is. */
    void start(BreakRequest request, Caller caller) {
        Long graceMillis = request.graceMs();
        // After a crash nothing is granted for as long as the state file says: it has to cover the grace as well.
        if (graceMillis == null || promises.allows(graceMillis, table.lastFencingToken())) {
            underWay.add(new Breaking(request, caller));
            if (underWay.size() == 1) {
                step();
            }
            return;
        }
        promises.await(graceMillis, allowed -> {
            if (allowed) {
                start(request, caller);
            } else {
                caller.answer(LockAnswer.unavailable(UnavailableReason.OVERLOADED, 1_000));
            }
        });
    }

    /** Goes on with what is under way; returns whether there is more to do. */
    boolean step() {
        Breaking first = underWay.peek();
        if (first != null && first.step()) {
            underWay.remove();
        }
        return !underWay.isEmpty();
    }

    boolean isUnderWay() {
        return !underWay.isEmpty();
    }

    /** One break: what it has kept others from, and what it has ended so far. */
    private final class Breaking {
        private final BreakRequest request;
        private final Caller caller;
        /** The resource, and what was held together with it. */
        private final Set<String> kept = new LinkedHashSet<>();

        private long epoch;
        private long lastLeaseEndsMillis;
        private boolean exclusionGivenUp;

        private Breaking(BreakRequest request, Caller caller) {
            this.request = request;
            this.caller = caller;
        }

        /** Ends some holds; answers and returns true when all are ended. */
        private boolean step() {
            Hold next = oldestHold();
            if (next == null && epoch == 0) {
                caller.answer(LockAnswer.notFound());
                return true;
            }
            if (epoch == 0) {
                epoch = table.beginBreak(request.resourceName());
                kept.add(request.resourceName());
            }
            for (int left = PARTS_PER_STEP; left > 0 && next != null; ) {
                left -= next.parts().size();
                end(next);
                next = oldestHold();
            }
            if (next == null) {
                finish();
            }
            return next == null;
        }

        private @Nullable Hold oldestHold() {
            Resource resource = table.find(request.resourceName());
            return resource == null ? null : resource.oldest();
        }

        private void end(Hold hold) {
            long remainingMillis = grants.remainingMillis(hold);
            Long graceMillis = request.graceMs();
            boolean tooShort = graceMillis != null && graceMillis < remainingMillis;
            exclusionGivenUp |= tooShort;
            lastLeaseEndsMillis = Math.max(lastLeaseEndsMillis, time.nowMillis() + remainingMillis);
            for (Part part : hold.parts()) {
                kept.add(part.resourceName());
            }
            grants.breakHold(
                    hold, epoch, request.reason(), graceMillis != null ? graceMillis : remainingMillis, tooShort);
        }

        private void finish() {
            Long asked = request.graceMs();
            long graceMillis = asked != null ? asked : Math.max(0, lastLeaseEndsMillis - time.nowMillis());
            for (String name : kept) {
                if (graceMillis > 0) {
                    timers.arm(new DelayTimer(name, epoch), time.nowMillis(), graceMillis);
                } else {
                    table.endDelay(name, epoch);
                }
            }
            caller.answer(LockAnswer.broken(graceMillis, exclusionGivenUp));
            if (graceMillis == 0) {
                kept.forEach(waitingRoom::handOver);
            }
        }
    }
}
