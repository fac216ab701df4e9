package io.holdfast.verification.checker;

import io.holdfast.verification.checker.Claim.Mode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One resource: its holds in the order of their fencing tokens, and who is asking for it. */
final class Lane {
    /** A request nobody knows the end of may still turn out to have been granted; for so long that is waited for. */
    static final long UNKNOWN_KEPT_MICROS = 60_000_000;
    /** A client that was killed leaves calls without an answer. */
    static final long OPEN_KEPT_MICROS = 600_000_000;

    private static final int LONG = 64;

    final String resource;
    final List<Hold> holds = new ArrayList<>(4);
    final List<Exchange> breaks = new ArrayList<>(0);
    /** The last answers that told of a moment at which nobody held it, without its place among the grants. */
    final ArrayDeque<Exchange> clears = new ArrayDeque<>(0);
    /** Calls in the order in which they were sent, the first of which is not over. */
    final ArrayDeque<Exchange> asking = new ArrayDeque<>(4);

    final List<Exchange> toJudge = new ArrayList<>(0);
    final List<Passing> passings = new ArrayList<>(0);
    /** After a violation nothing more is said about exclusion here: it would only be more of the same. */
    boolean isSpoiled;

    private long low;
    private @Nullable Hold lowBy;

    /** A place that was passed over because nobody was there, as a journal says. */
    record Passing(long ticket, long fence) {}

    Lane(String resource) {
        this.resource = resource;
    }

    void cleared(Exchange exchange) {
        clears.add(exchange);
        if (clears.size() > LONG) {
            clears.removeFirst();
        }
    }

    /** Where a hold stands, or would be put as -1 - index. */
    int indexOf(Hold hold) {
        int last = holds.size() - 1;
        if (last < 0 || holds.get(last).order() < hold.order()) {
            return -1 - holds.size();
        }
        for (int index = last; index >= 0; index--) {
            Hold other = holds.get(index);
            if (other == hold) {
                return index;
            }
            if (other.order() < hold.order()) {
                return -2 - index;
            }
        }
        return -1;
    }

    Claim claimOf(Hold hold) {
        return hold.claims.get(hold.lanes.indexOf(this));
    }

    private Claim claimAt(int index) {
        Hold hold = holds.get(index);
        return hold.claims.size() == 1 ? hold.claims.get(0) : claimOf(hold);
    }

    /**
     * Raises the lower bound of p of the hold at {@code index} to what the holds before it force. A hold that excludes
     * everything before it stands for all of that, so the search ends there.
     *
     * @return whether it rose
     */
    boolean raise(int index, Outages outages) {
        Hold hold = holds.get(index);
        Claim claim = claimAt(index);
        low = hold.pLow;
        lowBy = null;
        boolean counts = false;
        for (int i = index - 1; i >= 0; i--) {
            Hold before = holds.get(i);
            if (before.isGap && hold.isGap) {
                continue;
            }
            before.refresh(outages);
            Claim claimBefore = claimAt(i);
            boolean excludes = claim.excludes(claimBefore);
            push(!excludes ? before.pLow : hold.isGap ? before.eLow : before.oLow, before);
            counts |= !excludes && claimBefore.mode() == Mode.PERMITS && claim.mode() == Mode.PERMITS;
            if (claimBefore.mode() == Mode.EXCLUSIVE && !before.isGap) {
                break;
            }
            if (claim.mode() == Mode.SHARED && claimBefore.mode() == Mode.SHARED) {
                break;
            }
        }
        if (counts) {
            pushByPermits(index, claim);
        }
        if (low <= hold.pLow) {
            return false;
        }
        hold.pLow = low;
        hold.pushedBy = lowBy;
        return true;
    }

    private void push(long micros, Hold by) {
        if (micros > low) {
            low = micros;
            lowBy = by;
        }
    }

    /** So many of the holds before must be over that there are permits enough. */
    private void pushByPermits(int index, Claim claim) {
        List<Hold> over = new ArrayList<>();
        long taken = claim.permits();
        for (int i = index - 1; i >= 0; i--) {
            Hold before = holds.get(i);
            Claim claimBefore = claimAt(i);
            if (claimBefore.mode() == Mode.EXCLUSIVE && !before.isGap) {
                break;
            }
            if (claimBefore.mode() == Mode.PERMITS && !claim.excludes(claimBefore) && before.oLow > low) {
                over.add(before);
                taken += claimBefore.permits();
            }
        }
        if (taken <= claim.limit()) {
            return;
        }
        over.sort(Comparator.comparingLong((Hold hold) -> hold.oLow).thenComparingLong(hold -> hold.fence));
        for (Hold before : over) {
            push(before.oLow, before);
            taken -= claimOf(before).permits();
            if (taken <= claim.limit()) {
                return;
            }
        }
    }

    /** Whether everything that comes after the hold at {@code index} is bounded by it alone. */
    boolean isWall(int index) {
        return !holds.get(index).isGap && claimAt(index).mode() == Mode.EXCLUSIVE;
    }

    /** When the oldest call that may yet tell of a grant was sent; never if there is none. */
    long askingSince(long nowMicros) {
        while (!asking.isEmpty() && isSettled(asking.peekFirst(), nowMicros)) {
            asking.removeFirst();
        }
        return asking.isEmpty() ? Hold.NEVER : asking.peekFirst().sent();
    }

    private static boolean isSettled(Exchange exchange, long nowMicros) {
        long waitMicros = exchange.call.waitMicros();
        if (exchange.isOpen()) {
            return nowMicros > exchange.sent() + waitMicros + OPEN_KEPT_MICROS;
        }
        boolean mayBeGranted =
                exchange.isUnknown() && (exchange.call.verb() == Verb.ACQUIRE || exchange.call.verb() == Verb.BREAK);
        return !mayBeGranted || nowMicros > exchange.received() + waitMicros + UNKNOWN_KEPT_MICROS;
    }

    /**
     * Hands the upper bounds of gaps back to the holds before them: those were over by then. Needed where a hold may have
     * ended in several ways, some of which keep others out for longer than they keep the holder in.
     */
    void boundByGaps() {
        long granted = Hold.NEVER;
        long gone = Hold.NEVER;
        Witness witness = null;
        for (int i = holds.size() - 1; i >= 0; i--) {
            Hold hold = holds.get(i);
            if (!hold.isGap) {
                if (witness != null) {
                    hold.gone(gone, witness);
                }
                granted = Math.min(granted, hold.grantedBy);
                continue;
            }
            hold.grantedBy = Math.min(hold.grantedBy, granted);
            if (hold.grantedBy < gone) {
                gone = hold.grantedBy;
                witness = hold.grantedWitness;
            }
        }
    }

    boolean hasGaps() {
        for (int i = 0; i < holds.size(); i++) {
            if (holds.get(i).isGap) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether no news of the holds around can bear on the hold at {@code index}, nor it on them together with that news. In a long
     * lane that is not asked: then a violation that shows very late may be missed, but memory and time stay bounded.
     */
    boolean isIndependent(int index) {
        if (holds.size() > LONG) {
            return true;
        }
        Mode mode = claimAt(index).mode();
        for (int i = 0; i < index; i++) {
            if (mode != Mode.SHARED || claimAt(i).mode() != Mode.SHARED) {
                return false;
            }
        }
        for (int i = index + 1; mode == Mode.PERMITS && i < holds.size(); i++) {
            if (holds.get(i).pLow < holds.get(index).oLow) {
                return false;
            }
        }
        return true;
    }

    /** The next hold after {@code index} that proves the one there to be over; null if there is none. */
    @Nullable
    Hold successor(int index) {
        Claim claim = claimAt(index);
        for (int i = index + 1; i < holds.size(); i++) {
            Hold after = holds.get(i);
            if (!after.isGap && claim.excludes(claimAt(i))) {
                return after;
            }
        }
        return null;
    }
}
