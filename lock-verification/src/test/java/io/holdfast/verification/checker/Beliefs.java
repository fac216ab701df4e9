package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Belief;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Check 5: what two clients believe at once does not exclude each other. Excepted is what an operator broke with a grace of
 * his own: from then on only the fence protects.
 */
final class Beliefs {
    private final Map<String, Believers> byResource = new HashMap<>();
    private final Consumer<Violation> found;

    private static final class Believers {
        final List<Active> active = new ArrayList<>(2);
        final List<Exchange> shortBreaks = new ArrayList<>(0);
        final List<Long> justEnded = new ArrayList<>(0);
        long endedMicros;

        @Nullable
        Active find(Belief belief) {
            for (int i = 0; i < active.size(); i++) {
                Belief first = active.get(i).first;
                if (first.fence() == belief.fence() && first.client().equals(belief.client())) {
                    return active.get(i);
                }
            }
            return null;
        }
    }

    private static final class Active {
        final Belief first;
        long untilMicros;

        Active(Belief first) {
            this.first = first;
            this.untilMicros = first.untilMicros();
        }

        String told() {
            return first.client() + " believed in fence " + first.fence() + " from " + Words.time(first.atMicros())
                    + " until " + Words.time(untilMicros) + " or its word to the contrary";
        }
    }

    Beliefs(Consumer<Violation> found) {
        this.found = found;
    }

    void broken(Exchange exchange) {
        if (exchange.call.graceMicros() != HistoryEvent.Call.WHOLE_LEASE) {
            for (Claim claim : exchange.call.claims()) {
                byResource
                        .computeIfAbsent(claim.resource(), name -> new Believers())
                        .shortBreaks
                        .add(exchange);
            }
        }
    }

    void begun(Belief belief) {
        Believers believers = byResource.computeIfAbsent(belief.claim().resource(), name -> new Believers());
        if (believers.endedMicros == belief.atMicros() && believers.justEnded.contains(belief.fence())) {
            return; // it began and ended within one microsecond
        }
        Active same = believers.find(belief);
        long since = same == null ? belief.atMicros() : same.first.atMicros();
        for (int i = 0; i < believers.active.size(); i++) {
            Active other = believers.active.get(i);
            if (other.untilMicros <= belief.atMicros()) {
                believers.active.remove(i--);
            } else if (other.first.fence() != belief.fence()) {
                compare(believers, belief, since, other);
            }
        }
        if (same == null || same.untilMicros <= belief.atMicros()) {
            believers.active.add(new Active(belief));
        } else {
            same.untilMicros = Math.max(same.untilMicros, belief.untilMicros());
        }
    }

    private void compare(Believers believers, Belief belief, long sinceMicros, Active other) {
        if (!belief.claim().excludes(other.first.claim()) || isExcused(believers, belief, sinceMicros, other)) {
            return;
        }
        found.accept(new Violation(
                Rule.BELIEF,
                belief.claim().resource(),
                belief.client() + " and " + other.first.client() + " believed in it at once at "
                        + Words.time(belief.atMicros()),
                List.of(other.told(), new Active(belief).told())));
    }

    private static boolean isExcused(Believers believers, Belief belief, long sinceMicros, Active other) {
        boolean otherIsOlder = other.first.fence() < belief.fence();
        long olderSince = otherIsOlder ? other.first.atMicros() : sinceMicros;
        for (Exchange broken : believers.shortBreaks) {
            if (!broken.isRefused() && broken.sent() <= belief.atMicros() && broken.effectBy() >= olderSince) {
                return true;
            }
        }
        return false;
    }

    void ended(Belief end) {
        Believers believers = byResource.computeIfAbsent(end.claim().resource(), name -> new Believers());
        if (believers.endedMicros != end.atMicros()) {
            believers.justEnded.clear();
            believers.endedMicros = end.atMicros();
        }
        believers.justEnded.add(end.fence());
        Active known = believers.find(end);
        boolean wasKnown = known != null && believers.active.remove(known);
        if (wasKnown && believers.active.isEmpty() && believers.shortBreaks.isEmpty()) {
            byResource.remove(end.claim().resource());
        }
    }
}
