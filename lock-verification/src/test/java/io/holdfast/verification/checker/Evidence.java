package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Call;
import io.holdfast.verification.checker.HistoryEvent.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What each call and answer says about the holds, for {@link Sweep}. */
final class Evidence {
    private final Registry registry;
    private final Grants grants;
    private final Sweep sweep;
    private final Outages outages;
    private final Consumer<Violation> found;

    /** A line of a server's journal. */
    private record Noted(Journal entry) implements Witness {
        @Override
        public String told() {
            return "[" + Words.time(entry.atMicros()) + "] " + entry.server() + " wrote: "
                    + entry.kind().word() + " " + entry.resource() + " fence=" + entry.fence();
        }
    }

    Evidence(Registry registry, Grants grants, Sweep sweep, Outages outages, Consumer<Violation> found) {
        this.registry = registry;
        this.grants = grants;
        this.sweep = sweep;
        this.outages = outages;
        this.found = found;
    }

    /** From now on the call may take effect: bounds that lie ahead may come down. */
    void called(Exchange exchange) {
        Call call = exchange.call;
        if (call.token() != 0) {
            registry.join(exchange);
            if (exchange.hold != null) {
                exchange.hold.settle(outages);
            }
        }
        switch (call.verb()) {
            case BREAK -> {
                for (Claim claim : call.claims()) {
                    Lane lane = registry.lane(claim.resource());
                    lane.breaks.add(exchange);
                    lane.holds.forEach(hold -> hold.settle(outages));
                }
            }
            case CANCEL -> {
                Request request = registry.requests.get(Request.key(call));
                if (request != null) {
                    exchange.request = request;
                    request.addCancel(exchange);
                    if (request.hold != null) {
                        request.hold.addEnd(exchange);
                        request.hold.settle(outages);
                    }
                }
            }
            case CLOSE_SESSION -> {
                Session session = registry.session(call.session());
                session.closes.add(exchange);
                session.holds.forEach(hold -> hold.settle(outages));
            }
            default -> {}
        }
    }

    void answered(Exchange exchange) {
        Hold hold = exchange.hold;
        if (hold != null) {
            hold.open--;
        } else if (exchange.call.token() != 0) {
            registry.forgetEarly(exchange);
            hold = unknownToken(exchange);
        }
        switch (exchange.call.verb()) {
            case HEARTBEAT -> heartbeat(exchange, hold);
            case RELEASE -> release(exchange, hold);
            case BREAK -> broken(exchange);
            case VALIDATE -> validated(exchange);
            case CANCEL -> cancelled(exchange);
            case BEAT_SESSION -> sessionBeat(exchange);
            case CLOSE_SESSION -> sessionClosed(exchange);
            default -> {}
        }
        holders(exchange);
    }

    private @Nullable Hold unknownToken(Exchange exchange) {
        if (exchange.isOk()) {
            found.accept(new Violation(
                    Rule.TOKENS,
                    exchange.call.claims().isEmpty()
                            ? "?"
                            : exchange.call.claims().get(0).resource(),
                    "a token was accepted that nobody is known to have been granted, or that has been over for long",
                    List.of(exchange.told())));
        }
        return null;
    }

    /** An acquire was answered with this hold. */
    void granted(Exchange exchange, Hold hold) {
        Call call = exchange.call;
        Answer answer = Objects.requireNonNull(exchange.answer);
        Request request = Objects.requireNonNull(exchange.request);
        if (hold.acquire == null) {
            firstAnswer(exchange, hold);
            hold.sentMicros = request.first.sent();
            hold.notBefore(hold.sentMicros);
            request.cancels().forEach(cancel -> {
                hold.addEnd(cancel);
                if (cancel.isOk()) {
                    hold.gone(cancel.received(), cancel);
                }
            });
        }
        long grant = call.atMicros() + Drift.atLeast(answer.waitedMicros());
        hold.notBefore(grant);
        hold.grantedBy(exchange.received(), exchange);
        hold.seen(exchange.sent(), exchange);
        if (answer.remainingMicros() > 0) {
            hold.renewed(exchange, grant + Drift.certainlyLeft(answer.remainingMicros()));
        }
        changed(hold);
    }

    private void firstAnswer(Exchange exchange, Hold hold) {
        Call call = exchange.call;
        Answer answer = Objects.requireNonNull(exchange.answer);
        hold.acquire = exchange;
        for (Claim claim : call.claims()) {
            Lane lane = registry.lane(claim.resource());
            int known = hold.lanes.indexOf(lane);
            if (known >= 0) {
                hold.claims.set(known, claim);
            } else {
                sweep.place(hold, lane, claim);
            }
        }
        hold.delayMicros = call.delayMicros();
        hold.ttlMicros = answer.ttlMicros() > 0 ? answer.ttlMicros() : call.ttlMicros();
        if (call.session() == 0) {
            hold.leaseLength = Drift.atLeast(hold.ttlMicros);
        } else {
            hold.session = registry.session(call.session());
            hold.session.holds.add(hold);
        }
    }

    private void changed(Hold hold) {
        sweep.update(hold);
        for (int i = 0; i < hold.lanes.size(); i++) {
            sweep.bound(hold.lanes.get(i));
        }
    }

    private void heartbeat(Exchange exchange, @Nullable Hold hold) {
        if (hold == null) {
            return;
        }
        hold.lastBeatMicros = Math.max(hold.lastBeatMicros, exchange.received());
        hold.beatUnknown |= exchange.isUnknown();
        if (exchange.isOk()) {
            hold.seen(exchange.sent(), exchange);
            long left = Objects.requireNonNull(exchange.answer).remainingMicros();
            if (hold.session != null) {
                hold.renewed(exchange, exchange.sent() + Drift.certainlyLeft(left));
            } else if (hold.leaseLength > 0) {
                hold.renewed(exchange, exchange.sent() + hold.leaseLength);
            }
            sweep.update(hold);
        } else {
            goneIfSaid(exchange, hold);
        }
    }

    private void release(Exchange exchange, @Nullable Hold hold) {
        if (hold == null) {
            return;
        }
        if (!exchange.isOk()) {
            goneIfSaid(exchange, hold);
            sweep.update(hold);
            return;
        }
        if (hold.release != null) {
            found.accept(new Violation(
                    Rule.EXCLUSION,
                    hold.lanes.get(0).resource,
                    "fence " + hold.fence + " of " + hold.client() + " was released twice",
                    List.of(hold.release.told(), exchange.told())));
            return;
        }
        hold.release = exchange;
        gone(hold, exchange);
    }

    private void goneIfSaid(Exchange exchange, Hold hold) {
        if (exchange.saysGone() && hold.grantedBy <= exchange.sent()) {
            gone(hold, exchange);
        }
    }

    private void gone(Hold hold, Exchange exchange) {
        hold.gone(exchange.received(), exchange);
        sweep.update(hold);
    }

    private void broken(Exchange exchange) {
        for (Claim claim : exchange.call.claims()) {
            for (Hold hold : List.copyOf(registry.lane(claim.resource()).holds)) {
                if (exchange.isOk() && !hold.isGap && hold.grantedBy <= exchange.sent()) {
                    gone(hold, exchange);
                } else {
                    sweep.update(hold);
                }
            }
        }
    }

    private void validated(Exchange exchange) {
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

    private void cancelled(Exchange exchange) {
        Hold hold = exchange.request == null ? null : exchange.request.hold;
        if (hold == null) {
            return;
        }
        if (exchange.isOk()) {
            gone(hold, exchange);
        } else {
            sweep.update(hold);
        }
    }

    private void sessionBeat(Exchange exchange) {
        Session session = registry.session(exchange.call.session());
        Answer answer = Objects.requireNonNull(exchange.answer);
        session.holds.removeIf(hold -> hold.goneBy != Hold.NEVER);
        if (exchange.isOk()) {
            long left = answer.remainingMicros() > 0
                    ? Drift.certainlyLeft(answer.remainingMicros())
                    : Drift.atLeast(answer.ttlMicros());
            if (exchange.sent() + left > session.leaseMicros) {
                session.leaseMicros = exchange.sent() + left;
                session.leaseWitness = exchange;
            }
            session.holds.forEach(sweep::update);
        } else if (exchange.hasStatus("SessionNotFound")) {
            endAll(session, exchange);
        }
    }

    private void sessionClosed(Exchange exchange) {
        Session session = registry.session(exchange.call.session());
        if (exchange.isOk()) {
            endAll(session, exchange);
            registry.sessionOver(exchange.call.session());
        } else {
            session.holds.forEach(sweep::update);
        }
    }

    private void endAll(Session session, Exchange exchange) {
        for (Hold hold : new ArrayList<>(session.holds)) {
            if (hold.grantedBy <= exchange.sent()) {
                gone(hold, exchange);
            }
        }
    }

    /** Who was said to hold a resource. */
    private void holders(Exchange exchange) {
        Answer answer = exchange.answer;
        if (answer == null || exchange.call.claims().size() != 1) {
            return;
        }
        grants.told(answer.last(), exchange);
        List<Long> fences = answer.holders();
        if (fences == null) {
            return;
        }
        Lane lane = registry.lane(exchange.call.claims().get(0).resource());
        for (long fence : fences) {
            grants.told(fence, exchange);
            Hold hold = heldIn(lane, fence);
            hold.grantedBy(exchange.received(), exchange);
            hold.seen(exchange.sent(), exchange);
            changed(hold);
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
        if (hold.acquire == null && !hold.lanes.contains(lane)) {
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
        for (Hold hold : List.copyOf(lane.holds)) {
            if (!hold.isGap && hold.grantedBy <= exchange.sent()) {
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
            changed(hold);
        } else if (entry.kind().endsAHold()) {
            Hold hold = registry.byFence(entry.fence());
            if (hold != null) {
                hold.gone(entry.atMicros(), noted);
                sweep.update(hold);
            }
        }
    }
}
