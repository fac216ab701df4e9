package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Call;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One grant and what is known of it. It began at some point p, ended for its holder at some point e, and kept its resources from others
 * until some point o, e ≤ o; with o after e only while a break's grace or a lease that was cut short lasts. None of the three is
 * known; what is kept are bounds that follow from the history, each with the operation from which it follows.
 *
 * <p>The lower bounds are the least that the history allows: {@link #settle} chooses, among the ways in which the hold
 * may have ended, the earliest. A lower bound that lies ahead of the newest event may still come down, when a release is
 * sent; one that does not never comes down again.
 */
final class Hold {
    static final long NEVER = Long.MAX_VALUE;

    final long fence;
    /** The hash of its token; 0 while only its fencing token is known. */
    long token;
    /** What it holds of each of {@link #lanes}, in the same order. */
    final List<Claim> claims = new ArrayList<>(1);

    final List<Lane> lanes = new ArrayList<>(1);
    /** A moment at which nobody held the resource: no grant, but placed among them like one without length. */
    final boolean isGap;

    @Nullable
    Request request;

    @Nullable
    Session session;
    /** The call whose answer told of it; null while it is known from elsewhere. */
    @Nullable
    Exchange acquire;
    /** p is not before this, by its own call. */
    long sentMicros;
    /** p is not after this, and the answer that says so. */
    long grantedBy = NEVER;

    @Nullable
    Witness grantedWitness;
    /** p is not before this, by its call and by the holds before it. */
    long pLow;

    @Nullable
    Hold pushedBy;
    /** The lease from p on, less what clocks may differ; 0 if not known. */
    long leaseLength;

    long ttlMicros;
    long delayMicros;
    /** The lease lasts at least until here, by renewals. */
    long renewedUntil;

    @Nullable
    Exchange renewal;
    /** e is not before this: somebody was told that it was held. */
    long seenAt;

    @Nullable
    Witness seenWitness;
    /** e is not after this. */
    long goneBy = NEVER;

    @Nullable
    Witness goneWitness;

    @Nullable
    Exchange release;
    /** Releases, and cancels of its request, that may have ended it. */
    private List<Exchange> ends = List.of();

    long eLow;
    long oLow;
    /** Calls with its token that are under way. */
    int open;
    /** When the last of them was sent. */
    long openedMicros;
    /** The last time a heartbeat was answered or given up, and whether one was given up. */
    long lastBeatMicros;

    boolean beatUnknown;
    /** It was taken out of its lanes, with what may have ended it: only a late answer can say something new. */
    boolean isOff;

    private int outagesSeen;

    Hold(long fence, boolean isGap) {
        this.fence = fence;
        this.isGap = isGap;
    }

    List<Exchange> ends() {
        return ends;
    }

    void addEnd(Exchange end) {
        if (ends.isEmpty()) {
            ends = new ArrayList<>(1);
        }
        ends.add(end);
    }

    /** Its place in a lane: by fencing token, gaps after the grant that they follow. */
    long order() {
        return fence * 2 + (isGap ? 1 : 0);
    }

    String client() {
        return acquire == null ? "somebody" : acquire.call.client();
    }

    long lease() {
        long lease = Math.max(renewedUntil, leaseLength > 0 ? pLow + leaseLength : 0);
        return session == null ? lease : Math.max(lease, session.leaseMicros);
    }

    /** Finds the least e and o again. */
    void settle(Outages outages) {
        outagesSeen = outages.count();
        if (isOff) {
            eLow = Math.max(eLow, hardLow());
            return;
        }
        if (isGap) {
            eLow = pLow;
            oLow = pLow;
            return;
        }
        eLow = NEVER;
        oLow = NEVER;
        if (release != null) {
            considerEnd(release.sent(), release.received(), 0);
            if (eLow == NEVER) {
                eLow = hardLow();
            }
        } else {
            considerEnd(lease(), NEVER, 0);
            considerCalls();
            considerOutages(outages);
        }
        if (oLow == NEVER) {
            oLow = eLow;
        }
    }

    /** The least e and o, also if a server went down since they were looked at. */
    void refresh(Outages outages) {
        if (outagesSeen != outages.count()) {
            settle(outages);
        }
    }

    /** Its own call says that p is not before this. */
    void notBefore(long micros) {
        if (micros > pLow) {
            pLow = micros;
            pushedBy = null;
        }
    }

    private long hardLow() {
        return Math.max(pLow, seenAt);
    }

    private void considerCalls() {
        for (int i = 0; i < ends.size(); i++) {
            Exchange end = ends.get(i);
            if (!end.isRefused()) {
                considerEnd(end.sent(), end.effectBy(), 0);
            }
        }
        for (int i = 0; i < lanes.size(); i++) {
            List<Exchange> breaks = lanes.get(i).breaks;
            for (int j = 0; j < breaks.size(); j++) {
                considerBreak(breaks.get(j));
            }
        }
        if (session != null) {
            for (Exchange close : session.closes) {
                if (!close.isRefused()) {
                    considerEnd(close.sent(), close.effectBy(), 0);
                }
            }
        }
    }

    private void considerBreak(Exchange broken) {
        if (broken.isRefused()) {
            return;
        }
        long graceMicros = broken.call.graceMicros();
        if (graceMicros == Call.WHOLE_LEASE) {
            considerEnd(broken.sent(), broken.effectBy(), lease());
        } else {
            long end = Math.max(hardLow(), broken.sent());
            considerEnd(broken.sent(), broken.effectBy(), end + Drift.atLeast(graceMicros));
        }
    }

    private void considerOutages(Outages outages) {
        if (!outages.mayHaveForgotten(pLow)) {
            return;
        }
        for (Outages.Outage outage : outages.all()) {
            if (outage.forgets && outage.upMicros >= pLow) {
                considerEnd(outage.downMicros, NEVER, lease());
            }
        }
    }

    /** It may have ended within the bounds, and then kept others out until {@code heldBack}. */
    private void considerEnd(long from, long to, long heldBack) {
        long end = Math.max(hardLow(), from);
        if (end > to) {
            return;
        }
        eLow = Math.min(eLow, end);
        if (end <= goneBy) {
            oLow = Math.min(oLow, Math.max(end, heldBack));
        }
    }

    void grantedBy(long micros, Witness witness) {
        if (micros < grantedBy) {
            grantedBy = micros;
            grantedWitness = witness;
        }
    }

    void seen(long sentMicros, Witness witness) {
        if (seenWitness == null || sentMicros > seenAt) {
            seenAt = sentMicros;
            seenWitness = witness;
        }
    }

    void renewed(Exchange exchange, long untilMicros) {
        if (untilMicros > renewedUntil) {
            renewedUntil = untilMicros;
            renewal = exchange;
        }
    }

    void gone(long micros, Witness witness) {
        if (micros < goneBy) {
            goneBy = micros;
            goneWitness = witness;
        }
    }
}
