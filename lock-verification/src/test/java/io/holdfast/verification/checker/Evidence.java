package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the calls and answers of those who hold, or end holds, say about them, for {@link Sweep}. */
final class Evidence {
    private final Registry registry;
    private final Sightings sightings;
    private final Sweep sweep;
    private final Outages outages;
    private final Consumer<Violation> found;

    Evidence(Registry registry, Sightings sightings, Sweep sweep, Outages outages, Consumer<Violation> found) {
        this.registry = registry;
        this.sightings = sightings;
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
            case VALIDATE -> sightings.validated(exchange);
            case CANCEL -> cancelled(exchange);
            case BEAT_SESSION -> sessionBeat(exchange);
            case CLOSE_SESSION -> sessionClosed(exchange);
            default -> {}
        }
        sightings.holders(exchange);
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
        long grant = call.atMicros() + Drift.certainlyWaited(answer.waitedMicros());
        if (answer.waitedMicros() > 0) { // a repetition has waited for nothing, and may find an older grant
            hold.notBefore(grant);
        }
        hold.grantedBy(exchange.received(), exchange);
        hold.seen(exchange.sent(), exchange);
        if (answer.remainingMicros() > 0) {
            hold.renewed(exchange, grant + Drift.certainlyLeft(answer.remainingMicros()));
        }
        sweep.updateWithGaps(hold);
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
            } else if (!hold.isOff) {
                sweep.place(hold, lane, claim);
                cleared(hold, lane);
            }
        }
        boolean isStray = false;
        for (int i = 0; i < hold.lanes.size(); i++) {
            isStray |= !Sightings.asksFor(exchange, hold.lanes.get(i));
        }
        if (isStray) {
            Witness other = hold.seenWitness == null ? hold.grantedWitness : hold.seenWitness;
            sightings.reportStray(hold, call.claims().get(0).resource(), exchange, other);
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

    /** A set may be known from one member's status before it is known that it had this one, too. */
    private static void cleared(Hold hold, Lane lane) {
        for (Exchange clear : lane.clears) {
            if (hold.grantedBy < clear.sent()) {
                hold.gone(clear.received(), clear);
            }
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
        hold.seen(exchange.sent(), exchange);
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
            Lane lane = registry.lane(claim.resource());
            if (exchange.isOk()) {
                lane.cleared(exchange);
            }
            for (Hold hold : List.copyOf(lane.holds)) {
                if (exchange.isOk() && !hold.isGap && hold.grantedBy < exchange.sent()) {
                    gone(hold, exchange);
                } else {
                    sweep.update(hold);
                }
            }
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
}
