package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Journal;
import io.holdfast.verification.checker.HistoryEvent.JournalKind;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Check 7: nobody is granted before somebody with a lower ticket who waited all the time, and nobody is sent away without
 * a reason. A place is known to have been attached only as long as each of its calls was taken over by the next one;
 * after any doubt it is excused. Sets reserve nothing and are excused, too.
 */
final class Order {
    private static final long WAIT_MAX_MICROS = 60_000_000;
    private static final int WAIT_PER_LEASE = 5;

    private final Registry registry;
    private final Outages outages;
    private final Consumer<Violation> found;

    Order(Registry registry, Outages outages, Consumer<Violation> found) {
        this.registry = registry;
        this.outages = outages;
        this.found = found;
    }

    /** An acquire that waited has come back. {@code hold} is what it got. */
    void answered(Exchange exchange, @Nullable Hold hold) {
        Request request = Objects.requireNonNull(exchange.request);
        if (exchange.call.claims().size() != 1 || exchange.call.waitMicros() == 0) {
            return;
        }
        if (exchange.isUnknown() || request.outagesBefore != outages.count()) {
            request.isExcused = true;
        }
        if (request.isExcused) {
            return;
        }
        Lane lane = registry.lane(exchange.call.claims().get(0).resource());
        boolean waitedInVain = exchange.hasStatus("Queued") || exchange.hasStatus("Timeout");
        if (hold != null) {
            findOvertaking(lane, request, exchange, hold.fence, Hold.NEVER);
        } else if (waitedInVain) {
            inVain(lane, request, exchange);
        }
    }

    private void inVain(Lane lane, Request request, Exchange exchange) {
        List<Exchange> successors = request.successors(exchange);
        long waitEnds = exchange.sent() + Drift.atLeast(waitMicros(exchange));
        boolean isEarly = exchange.received() < waitEnds - 1000;
        if (isEarly && successors.isEmpty() && exchange.call.ttlMicros() > 0) {
            found.accept(new Violation(
                    Rule.ORDER,
                    lane.resource,
                    exchange.call.client() + " was sent away before its wait was over, without a reason",
                    List.of(exchange.told())));
        }
        noteTicket(lane, request, exchange);
        findOvertaking(lane, request, exchange, Hold.NEVER, Math.min(exchange.received(), waitEnds));
        // Only what ended before its time, for another call that is there now, certainly left no gap.
        request.isExcused =
                !(isEarly && successors.size() == 1 && successors.get(0).isOpen());
    }

    private static long waitMicros(Exchange exchange) {
        long waitMicros = Math.min(exchange.call.waitMicros(), WAIT_MAX_MICROS);
        long ttlMicros = exchange.call.ttlMicros();
        return ttlMicros > 0 ? Math.min(waitMicros, ttlMicros * WAIT_PER_LEASE) : waitMicros;
    }

    private void noteTicket(Lane lane, Request request, Exchange exchange) {
        Answer answer = Objects.requireNonNull(exchange.answer);
        if (answer.ticket() == 0) {
            return;
        }
        if (request.ticket != 0 && request.ticket != answer.ticket()) {
            found.accept(new Violation(
                    Rule.ORDER,
                    lane.resource,
                    "the place of " + exchange.call.client() + " with ticket " + request.ticket
                            + " was dropped without a reason, and it has ticket " + answer.ticket() + " now",
                    List.of(request.first.told(), exchange.told())));
        }
        ticket(request, answer.ticket(), answer.atMicros());
    }

    private static void ticket(Request request, long ticket, long atMicros) {
        if (request.ticket == 0) {
            request.ticketKnownMicros = atMicros;
        }
        request.ticket = ticket;
    }

    /**
     * Looks for a grant that went past the place: before fence {@code fence}, or before {@code untilMicros}, while it was
     * attached.
     */
    private void findOvertaking(Lane lane, Request request, Exchange exchange, long fence, long untilMicros) {
        if (request.ticket == 0) {
            return;
        }
        for (int i = 0; i < lane.holds.size(); i++) {
            Hold other = lane.holds.get(i);
            Request its = other.request;
            if (its == null || its == request || other.acquire == null || other.lanes.size() > 1) {
                continue;
            }
            if (other.grantedBy < request.first.sent()) {
                continue; // before anybody waited here; a restart may have given out higher tickets before
            }
            boolean cameLater =
                    its.ticket != 0 ? its.ticket > request.ticket : its.first.sent() > request.ticketKnownMicros;
            boolean wasFirst = other.fence < fence && other.grantedBy < untilMicros;
            if (cameLater && wasFirst && !isPassing(lane, request.ticket, other.fence)) {
                found.accept(new Violation(
                        Rule.ORDER,
                        lane.resource,
                        other.client() + " was granted fence " + other.fence + " before " + exchange.call.client()
                                + ", who waited with ticket " + request.ticket + " and had come first",
                        Stream.of(request.first, other.acquire, exchange)
                                .map(Exchange::told)
                                .distinct()
                                .toList()));
                return;
            }
        }
    }

    private static boolean isPassing(Lane lane, long ticket, long fence) {
        return lane.passings.contains(new Lane.Passing(ticket, fence));
    }

    void journaled(Journal entry) {
        Lane lane = registry.lane(entry.resource());
        if (entry.kind() == JournalKind.PASSED) {
            lane.passings.add(new Lane.Passing(entry.ticket(), entry.fence()));
            if (lane.passings.size() > 1000) {
                lane.passings.remove(0);
            }
        } else if (entry.kind() == JournalKind.QUEUED) {
            Request request = asked(lane, entry);
            if (request != null) {
                ticket(request, entry.ticket(), entry.atMicros());
            }
        }
    }

    /** The acquire that was put in line; null if it cannot be told which. */
    private static @Nullable Request asked(Lane lane, Journal entry) {
        Request only = null;
        for (Exchange exchange : lane.asking) {
            boolean fits = exchange.request != null
                    && exchange.call.waitMicros() > 0
                    && exchange.call.client().equals(entry.client())
                    && exchange.call.request() == entry.request();
            if (fits && exchange.isOpen() && exchange.request != only) {
                if (only != null) {
                    return null;
                }
                only = exchange.request;
            }
        }
        return only;
    }
}
