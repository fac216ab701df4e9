package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Journal;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is said of holds to others than their holders, by a status, a refusal, a validation or a journal. */
final class Sightings {
    private final Registry registry;
    private final Grants grants;
    private final Sweep sweep;
    private final Consumer<Violation> found;

    /** A line of a server's journal. */
    private record Noted(Journal entry) implements Witness {
        @Override
        public String told() {
            return "[" + Words.time(entry.atMicros()) + "] " + entry.server() + " wrote: "
                    + entry.kind().word() + " " + entry.resource() + " fence=" + entry.fence();
        }
    }

    Sightings(Registry registry, Grants grants, Sweep sweep, Consumer<Violation> found) {
        this.registry = registry;
        this.grants = grants;
        this.sweep = sweep;
        this.found = found;
    }

    static boolean asksFor(Exchange acquire, Lane lane) {
        for (Claim claim : acquire.call.claims()) {
            if (claim.resource().equals(lane.resource)) {
                return true;
            }
        }
        return false;
    }

    void reportStray(Hold hold, String resource, Exchange exchange, @Nullable Witness other) {
        List<String> proof = other == null ? List.of(exchange.told()) : List.of(other.told(), exchange.told());
        found.accept(new Violation(
                Rule.TOKENS,
                resource,
                "fence " + hold.fence + " is said to hold what was not asked for under it",
                proof));
    }

    void validated(Exchange exchange) {
        Hold hold = registry.byFence(exchange.call.fence());
        Boolean current = exchange.answer == null ? null : exchange.answer.isCurrent();
        if (hold == null || current == null) {
            return;
        }
        if (current) {
            hold.seen(exchange.sent(), exchange);
            sweep.update(hold);
        } else if (hold.grantedBy <= exchange.sent()) {
            gone(hold, exchange);
        }
    }

    private void gone(Hold hold, Exchange exchange) {
        hold.gone(exchange.received(), exchange);
        sweep.update(hold);
    }

    /** Who was said to hold a resource. */
    void holders(Exchange exchange) {
        Answer answer = exchange.answer;
        if (answer == null || exchange.call.claims().size() != 1) {
            return;
        }
        grants.toldNewest(answer.last(), exchange);
        List<Long> fences = answer.holders();
        if (fences == null) {
            return;
        }
        Lane lane = registry.lane(exchange.call.claims().get(0).resource());
        for (long fence : fences) {
            grants.told(fence, exchange);
            Hold hold = heldIn(lane, fence);
            if (hold.acquire != null && !asksFor(hold.acquire, lane)) {
                reportStray(hold, lane.resource, exchange, hold.acquire);
            }
            hold.grantedBy(exchange.received(), exchange);
            hold.seen(exchange.sent(), exchange);
            sweep.updateWithGaps(hold);
        }
        if (fences.isEmpty()) {
            free(lane, exchange, answer.last());
        }
    }

    private Hold heldIn(Lane lane, long fence) {
        Hold hold = registry.byFence(fence);
        if (hold == null) {
            hold = registry.add(fence);
        }
        if (hold.acquire == null && !hold.isOff && !hold.lanes.contains(lane)) {
            sweep.place(hold, lane, Claim.unknown(lane.resource));
        }
        return hold;
    }

    /** Nobody held it at some moment: with the newest token of all known, its place among the grants is known too. */
    private void free(Lane lane, Exchange exchange, long newestFence) {
        if (newestFence != 0) {
            if (!lane.holds.isEmpty() || lane.askingSince(exchange.received()) != Hold.NEVER) {
                sweep.gap(lane, newestFence, exchange);
            }
            return;
        }
        lane.cleared(exchange);
        for (Hold hold : List.copyOf(lane.holds)) {
            if (!hold.isGap && hold.grantedBy < exchange.sent()) {
                gone(hold, exchange);
            }
        }
    }

    void journaled(Journal entry) {
        Noted noted = new Noted(entry);
        if (entry.kind() == HistoryEvent.JournalKind.GRANTED) {
            grants.told(entry.fence(), noted);
            Hold hold = heldIn(registry.lane(entry.resource()), entry.fence());
            hold.grantedBy(entry.atMicros(), noted);
            sweep.updateWithGaps(hold);
        } else if (entry.kind().endsAHold()) {
            Hold hold = registry.byFence(entry.fence());
            if (hold != null) {
                hold.gone(entry.atMicros(), noted);
                sweep.update(hold);
            }
        }
    }
}
