package io.holdfast.verification.checker;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Check 4: exclusion and lost locks in one pass. All points are set to their lower bounds in the order of the fencing
 * tokens. Nothing can then be moved to an earlier time, so if a lower bound lies above an upper bound, no order of events explains what
 * the clients were told; and if none does, the lower bounds themselves are such an order. New evidence only ever raises
 * what is behind the newest event, so bounds are kept, raised and handed on as the history streams by.
 */
final class Sweep {
    private final Outages outages;
    private final Consumer<Violation> found;
    private final ArrayDeque<Hold> changed = new ArrayDeque<>();

    Sweep(Outages outages, Consumer<Violation> found) {
        this.outages = outages;
        this.found = found;
    }

    /** Puts a hold into the lane of a resource. */
    void place(Hold hold, Lane lane, Claim claim) {
        hold.claims.add(claim);
        hold.lanes.add(lane);
        int index = -1 - lane.indexOf(hold);
        lane.holds.add(index, hold);
    }

    /** A moment was told at which nobody held the resource and {@code newestFence} was the newest token of all. */
    void gap(Lane lane, long newestFence, Exchange exchange) {
        Hold gap = new Hold(newestFence, true);
        gap.sentMicros = exchange.sent();
        gap.pLow = exchange.sent();
        gap.acquire = exchange;
        gap.grantedBy(exchange.received(), exchange);
        place(gap, lane, Claim.exclusive(lane.resource));
        update(gap);
        bound(lane);
    }

    /** The same, and hands on what the gaps around it say. */
    void updateWithGaps(Hold hold) {
        update(hold);
        for (int i = 0; i < hold.lanes.size(); i++) {
            bound(hold.lanes.get(i));
        }
    }

    /** Looks at everything in a lane again, with what its gaps say. */
    private void bound(Lane lane) {
        if (lane.hasGaps()) {
            lane.boundByGaps();
            List.copyOf(lane.holds).forEach(this::update);
        }
    }

    /** Something new is known of a hold: looks at all that follows from it. */
    void update(Hold hold) {
        for (int i = 0; i < hold.lanes.size(); i++) {
            Lane lane = hold.lanes.get(i);
            int index = lane.indexOf(hold);
            if (index > 0) {
                lane.raise(index, outages);
            }
        }
        changed.add(hold);
        while (!changed.isEmpty()) {
            Hold next = changed.removeFirst();
            next.settle(outages);
            if (isPossible(next)) {
                handOn(next);
            }
        }
    }

    private void handOn(Hold hold) {
        List<Lane> lanes = hold.lanes;
        for (int i = 0; i < lanes.size(); i++) {
            Lane lane = lanes.get(i);
            int last = lane.holds.size() - 1;
            if (last < 0 || lane.holds.get(last) == hold) {
                continue;
            }
            int index = lane.indexOf(hold);
            if (index < 0) {
                continue;
            }
            for (int after = index + 1; after <= last; after++) {
                if (lane.raise(after, outages)) {
                    changed.add(lane.holds.get(after));
                }
                if (lane.isWall(after)) {
                    break;
                }
            }
        }
    }

    private boolean isPossible(Hold hold) {
        for (int i = 0; i < hold.lanes.size(); i++) {
            if (hold.lanes.get(i).isSpoiled) {
                return false;
            }
        }
        boolean tooLate = hold.pLow > hold.grantedBy;
        boolean tooLong = hold.eLow > hold.goneBy;
        if (!tooLate && !tooLong) {
            return true;
        }
        hold.lanes.forEach(lane -> lane.isSpoiled = true);
        found.accept(tooLate ? Proof.grantedTooEarly(hold) : Proof.endedTooEarly(hold));
        return false;
    }
}
