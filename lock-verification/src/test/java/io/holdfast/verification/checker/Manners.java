package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Belief;
import io.holdfast.verification.checker.HistoryEvent.Journal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What harms nobody at once, and is wrong all the same: a client that renews what it has given back, and a server that grants to
 * somebody who had left. Faults excuse both: while something is lost, delayed or stopped, neither can know.
 */
final class Manners {
    private static final long RENEWED_LATE_MICROS = 1_000_000;
    /** A connection's end is heard of, and a journal's line is written, within that time. */
    private static final long GRANTED_LATE_MICROS = 1_500_000;

    private static final int ENDS_KEPT = 10_000;

    private final Registry registry;
    private final Faults faults;
    private final long boundMicros;
    private final Consumer<Violation> found;
    private final Map<String, Long> ends = new LinkedHashMap<>();

    Manners(Registry registry, Faults faults, long boundMicros, Consumer<Violation> found) {
        this.registry = registry;
        this.faults = faults;
        this.boundMicros = boundMicros;
        this.found = found;
    }

    void ended(Belief belief) {
        ends.put(belief.client() + " " + belief.fence(), belief.atMicros());
        if (ends.size() > ENDS_KEPT) {
            ends.remove(ends.keySet().iterator().next());
        }
    }

    /** Somebody beats for a hold. */
    void beats(Exchange exchange) {
        Hold hold = exchange.hold;
        Long ended = hold == null ? null : ends.get(exchange.call.client() + " " + hold.fence);
        if (hold != null
                && ended != null
                && exchange.sent() > ended + RENEWED_LATE_MICROS
                && isCalm(ended, exchange.sent())) {
            found.accept(new Violation(
                    Rule.BELIEF,
                    exchange.call.claims().get(0).resource(),
                    exchange.call.client() + " went on to renew fence " + hold.fence
                            + ", which it had not believed in since " + Words.time(ended),
                    List.of(exchange.told())));
        }
    }

    void granted(Journal entry) {
        Hold hold = registry.byFence(entry.fence());
        if (entry.client().isEmpty() || (hold != null && hold.acquire != null)) {
            return;
        }
        Exchange left = lastThatLeft(entry);
        if (left != null
                && entry.atMicros() > left.received() + GRANTED_LATE_MICROS
                && isCalm(left.received(), entry.atMicros())) {
            found.accept(new Violation(
                    Rule.ORDER,
                    entry.resource(),
                    "fence " + entry.fence() + " was granted to " + entry.client() + ", who had left",
                    List.of(
                            left.told(),
                            "[" + Words.time(entry.atMicros()) + "] " + entry.server() + " wrote: granted fence="
                                    + entry.fence())));
        }
    }

    /** Null if somebody of that name still asks. */
    private @Nullable Exchange lastThatLeft(Journal entry) {
        Exchange left = null;
        for (Exchange exchange : registry.lane(entry.resource()).asking) {
            if (exchange.call.verb() != Verb.ACQUIRE || !exchange.call.client().equals(entry.client())) {
                continue;
            }
            if (exchange.isOpen()) {
                return null;
            }
            if (exchange.isUnknown() && (left == null || exchange.received() > left.received())) {
                left = exchange;
            }
        }
        return left;
    }

    private boolean isCalm(long fromMicros, long toMicros) {
        for (Faults.Span span : faults.spans) {
            boolean isOver = span.toMicros != Long.MAX_VALUE && span.toMicros + boundMicros < fromMicros;
            if (span.fromMicros <= toMicros && !isOver) {
                return false;
            }
        }
        return true;
    }
}
