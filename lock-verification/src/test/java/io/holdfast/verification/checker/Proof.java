package io.holdfast.verification.checker;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells in plain words why no order of events explains a history: the operations, and what follows from each. */
final class Proof {
    private static final int STEPS_MAX = 6;

    private final List<String> lines = new ArrayList<>();

    private Proof() {}

    static Violation grantedTooEarly(Hold hold) {
        Proof proof = new Proof();
        proof.tell(hold.grantedWitness);
        String what = hold.isGap ? "at some moment up to %s nobody held it" : "so fence %2$d was granted by %1$s";
        proof.so(what.formatted(Words.time(hold.grantedBy), hold.fence));
        proof.whyNotBefore(hold, 0);
        Hold by = hold.pushedBy;
        String summary;
        if (hold.isGap) {
            summary = "it was said to be free while fence " + (by == null ? hold.fence : by.fence) + " held it";
        } else if (by == null) {
            summary = "fence " + hold.fence + " was known before anybody had asked for it";
        } else if (by.isGap) {
            summary = "fence " + hold.fence + " was granted before it was said that " + by.fence + " is the newest";
        } else {
            summary = "fence " + hold.fence + " was granted to " + hold.client() + " while fence " + by.fence + " of "
                    + by.client() + " still held it";
        }
        return new Violation(Rule.EXCLUSION, proof.subject(hold), summary, proof.lines);
    }

    static Violation endedTooEarly(Hold hold) {
        Proof proof = new Proof();
        proof.tell(hold.goneWitness);
        proof.so("so fence %d was over by %s".formatted(hold.fence, Words.time(hold.goneBy)));
        proof.whyHeldUntil(hold, hold.eLow, false, 0);
        String summary = "fence " + hold.fence + " of " + hold.client()
                + (isLease(hold, hold.eLow) ? " was lost before its lease ended" : " was held after its end");
        return new Violation(Rule.EXCLUSION, proof.subject(hold), summary, proof.lines);
    }

    private String subject(Hold hold) {
        return hold.lanes.isEmpty() ? "?" : hold.lanes.get(0).resource;
    }

    private void tell(@Nullable Witness witness) {
        if (witness != null) {
            String told = witness.told();
            if (!lines.contains(told)) {
                lines.add(told);
            }
        }
    }

    private void so(String text) {
        lines.add("  " + text);
    }

    private void whyNotBefore(Hold hold, int depth) {
        Hold by = hold.pushedBy;
        String low = Words.time(hold.pLow);
        if (by == null) {
            tell(hold.request == null ? hold.acquire : hold.request.first);
            tell(hold.acquire);
            so("so fence %d was granted at %s at the earliest: it was asked for then, or waited until then"
                    .formatted(hold.fence, low));
            return;
        }
        if (by.oLow >= hold.pLow) {
            whyHeldUntil(by, by.oLow, true, depth + 1);
        } else {
            so("fence %d comes after fence %d, and that was not before %s".formatted(hold.fence, by.fence, low));
            if (depth < STEPS_MAX) {
                whyNotBefore(by, depth + 1);
            }
        }
    }

    private static boolean isLease(Hold hold, long until) {
        return until == hold.lease() && until > Math.max(hold.pLow, hold.seenAt);
    }

    /** Why e, or o, of the hold is not before {@code until}. */
    private void whyHeldUntil(Hold hold, long until, boolean others, int depth) {
        if (depth > STEPS_MAX) {
            lines.add("  and so on");
            return;
        }
        if (hold.isGap) {
            tell(hold.grantedWitness);
            so("so nobody held it at some moment from %s on, with fence %d the newest"
                    .formatted(Words.time(until), hold.fence));
            if (hold.pushedBy != null) {
                whyNotBefore(hold, depth + 1);
            }
            return;
        }
        tell(hold.acquire == null ? hold.grantedWitness : hold.acquire);
        if (isLease(hold, until)) {
            whyLeased(hold, until, depth);
        } else if (until == hold.seenAt && until > hold.pLow) {
            tell(hold.seenWitness);
            so("so fence %d was still held at %s or later".formatted(hold.fence, Words.time(until)));
        } else if (until == hold.pLow) {
            so("fence %d was held from its grant on, and that was not before %s"
                    .formatted(hold.fence, Words.time(until)));
            whyNotBefore(hold, depth + 1);
        } else {
            whyEnded(hold, until);
        }
        if (others) {
            so("until then nobody else may have it");
        }
    }

    private void whyLeased(Hold hold, long until, int depth) {
        Session session = hold.session;
        if (until == hold.renewedUntil) {
            tell(hold.renewal);
            so("so the lease of fence %d lasts until %s at least (clocks may differ by 0.5 %%)"
                    .formatted(hold.fence, Words.time(until)));
        } else if (session != null && until == session.leaseMicros) {
            tell(session.leaseWitness);
            so("so the session of fence %d lasts until %s at least".formatted(hold.fence, Words.time(until)));
        } else {
            so("granted at %s at the earliest, fence %d has a lease until %s at least (clocks may differ by 0.5 %%)"
                    .formatted(Words.time(hold.pLow), hold.fence, Words.time(until)));
            if (hold.pushedBy != null) {
                whyNotBefore(hold, depth + 1);
            }
        }
        so("and nobody had asked to end it before");
    }

    private void whyEnded(Hold hold, long until) {
        hold.ends().stream().filter(end -> !end.isRefused()).forEach(this::tell);
        hold.lanes.forEach(lane -> lane.breaks.forEach(this::tell));
        so("so fence %d kept others out until %s at least".formatted(hold.fence, Words.time(until)));
    }
}
