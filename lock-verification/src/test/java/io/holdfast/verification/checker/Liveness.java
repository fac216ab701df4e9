package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Answer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Check 8: nobody waits for longer than a bound for what is free. When a wait is over, the times in which somebody may
 * have held the resource, in the worst case, are taken away from it, and those in which a fault was at work or had just
 * ended. What is left for longer than the bound in one piece is a violation. A wait is judged once all acquires that were
 * under way beside it are answered, since each of them may have been a holder.
 */
final class Liveness {
    private static final long EXPIRY_LATENESS_MICROS = 1_000_000;
    private static final long PLACE_GRACE_MICROS = 5_000_000;

    private final Registry registry;
    private final Outages outages;
    private final Faults faults;
    private final long boundMicros;
    private final Consumer<Violation> found;

    /** The resource may have been busy. */
    private record Busy(long from, long to) {}

    Liveness(Registry registry, Outages outages, Faults faults, long boundMicros, Consumer<Violation> found) {
        this.registry = registry;
        this.outages = outages;
        this.faults = faults;
        this.boundMicros = boundMicros;
        this.found = found;
    }

    void answered(Exchange exchange) {
        if (exchange.call.claims().size() == 1) {
            Lane lane = registry.lane(exchange.call.claims().get(0).resource());
            if (waited(exchange) > boundMicros) {
                lane.toJudge.add(exchange);
            }
            judge(lane, false);
        }
    }

    void finish() {
        registry.lanes().forEach(lane -> judge(lane, true));
    }

    /** How long it was in line, by its answer; 0 if that cannot be told. */
    private static long waited(Exchange exchange) {
        Answer answer = Objects.requireNonNull(exchange.answer);
        if (exchange.isOk()) {
            return Drift.atLeast(answer.waitedMicros());
        }
        boolean inVain = exchange.hasStatus("Timeout") || exchange.hasStatus("Queued");
        long lasted = exchange.received() - exchange.sent();
        return inVain ? Math.min(lasted, Drift.atLeast(exchange.call.waitMicros())) : 0;
    }

    private void judge(Lane lane, boolean atEnd) {
        if (lane.toJudge.isEmpty()) {
            return;
        }
        Iterator<Exchange> waits = lane.toJudge.iterator();
        while (waits.hasNext()) {
            Exchange wait = waits.next();
            if (atEnd || lane.asking.stream().noneMatch(other -> isBeside(other, wait))) {
                waits.remove();
                judge(lane, wait);
            }
        }
    }

    private static boolean isBeside(Exchange other, Exchange wait) {
        return other.isOpen() && other.call.verb() == Verb.ACQUIRE && other.sent() <= wait.received();
    }

    private void judge(Lane lane, Exchange wait) {
        long waited = waited(wait);
        // Whenever it arrived, it was in line all through this time.
        long from = wait.received() - waited;
        long to = wait.sent() + waited;
        List<Busy> busy = busy(lane, wait);
        busy.add(new Busy(to, Long.MAX_VALUE));
        busy.sort(Comparator.comparingLong(Busy::from));
        long freeSince = from;
        for (Busy each : busy) {
            if (Math.min(each.from(), to) - freeSince > boundMicros) {
                report(lane, wait, freeSince, Math.min(each.from(), to));
                return;
            }
            freeSince = Math.max(freeSince, each.to());
            if (freeSince >= to) {
                return;
            }
        }
    }

    private void report(Lane lane, Exchange wait, long from, long to) {
        List<String> proof = new ArrayList<>();
        for (Hold hold : lane.holds) {
            if (hold.acquire != null && hold.acquire != wait && latestEnd(hold) <= from) {
                proof.add(hold.acquire.told());
                if (hold.goneWitness != null) {
                    proof.add(hold.goneWitness.told());
                }
            }
        }
        proof.add(wait.told());
        proof.add("  so it waited all the time from " + Words.time(from) + " until " + Words.time(to)
                + ", and nobody can have held it then");
        found.accept(new Violation(
                Rule.LIVENESS, lane.resource, wait.call.client() + " was kept waiting for what was free", proof));
    }

    private List<Busy> busy(Lane lane, Exchange wait) {
        List<Busy> busy = new ArrayList<>();
        for (Hold hold : lane.holds) {
            if (hold.isGap) {
                continue;
            }
            if (hold.acquire == wait || (hold.request != null && hold.request == wait.request)) {
                continue;
            }
            busy.add(new Busy(hold.pLow, latestEnd(hold)));
        }
        for (Exchange other : lane.asking) {
            if (other != wait && other.call.verb() == Verb.ACQUIRE && (other.isOpen() || other.isUnknown())) {
                busy.add(new Busy(other.sent(), latestEnd(other)));
            }
        }
        for (Exchange broken : lane.breaks) {
            busy.add(new Busy(broken.sent(), Long.MAX_VALUE));
        }
        for (Faults.Span fault : faults.spans) {
            busy.add(new Busy(fault.fromMicros, later(fault.toMicros, boundMicros)));
        }
        for (Outages.Outage outage : outages.all()) {
            busy.add(new Busy(outage.downMicros, later(outage.upMicros, boundMicros)));
        }
        return busy;
    }

    private static long later(long micros, long byMicros) {
        return micros > Long.MAX_VALUE - byMicros ? Long.MAX_VALUE : micros + byMicros;
    }

    /** When an acquire with an unknown outcome holds nothing any more, if it ever did. */
    private static long latestEnd(Exchange acquire) {
        long ttlMicros = acquire.call.ttlMicros();
        if (acquire.isOpen() || ttlMicros == 0 || acquire.call.session() != 0) {
            return Long.MAX_VALUE;
        }
        return acquire.received()
                + acquire.call.waitMicros()
                + PLACE_GRACE_MICROS
                + expiry(ttlMicros)
                + acquire.call.delayMicros() * 2;
    }

    private static long expiry(long ttlMicros) {
        return Drift.atMost(ttlMicros) + EXPIRY_LATENESS_MICROS;
    }

    /** When a hold keeps nobody out any more, released or expired, with what faults may add. */
    private long latestEnd(Hold hold) {
        long delayMicros = Drift.atMost(hold.delayMicros);
        if (hold.goneBy != Hold.NEVER) {
            return hold.goneBy + delayMicros;
        }
        if (hold.session != null || hold.beatUnknown || hold.open > 0 || hold.ttlMicros == 0) {
            return Long.MAX_VALUE;
        }
        long end = Math.max(hold.grantedBy, hold.lastBeatMicros) + expiry(hold.ttlMicros);
        for (Faults.Span fault : faults.spans) {
            end = rearmed(end, fault.fromMicros, fault.toMicros, hold);
        }
        for (Outages.Outage outage : outages.all()) {
            end = rearmed(end, outage.downMicros, outage.upMicros, hold);
        }
        return later(end, delayMicros);
    }

    /** After a stall or a restart a lease may start anew. */
    private static long rearmed(long end, long from, long to, Hold hold) {
        boolean meets = from <= end && to >= hold.pLow;
        return meets ? Math.max(end, later(to, expiry(hold.ttlMicros))) : end;
    }
}
