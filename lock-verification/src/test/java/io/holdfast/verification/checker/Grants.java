package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Answer;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks 1 to 3: which hold an answer is about; one hold per request id; fencing tokens that are unique and rise. An
 * acquire whose outcome is unknown is no hold until its token shows up somewhere.
 */
final class Grants {
    private final Registry registry;
    private final Outages outages;
    private final Consumer<Violation> found;
    private long newest;
    private @Nullable Witness newestWitness;

    Grants(Registry registry, Outages outages, Consumer<Violation> found) {
        this.registry = registry;
        this.outages = outages;
        this.found = found;
    }

    /** A call is sent: what it is told to be new has to be newer than what anybody has seen by now. */
    void called(Exchange exchange) {
        exchange.newestBefore = newest;
        exchange.newestWitness = newestWitness;
    }

    void asked(Exchange exchange) {
        called(exchange);
        if (exchange.call.request() == 0) {
            exchange.request = new Request(0, exchange, outages.count());
            return;
        }
        long key = Request.key(exchange.call);
        Request request = registry.requests.get(key);
        if (request == null) {
            request = new Request(key, exchange, outages.count());
            registry.requests.put(key, request);
        } else {
            request.repeat(exchange);
        }
        exchange.request = request;
    }

    /** Somebody has seen a fencing token. */
    void told(long fence, Witness witness) {
        if (fence > newest) {
            newest = fence;
            newestWitness = witness;
        }
    }

    /** An answer named the newest token of all. */
    void toldNewest(long fence, Exchange exchange) {
        if (fence != 0 && fence < exchange.newestBefore) {
            report(
                    Rule.TOKENS,
                    exchange,
                    "fence " + fence + " was said to be the newest though fence " + exchange.newestBefore
                            + " was known before that was asked",
                    exchange.newestWitness);
        }
        told(fence, exchange);
    }

    /** The hold that an acquire was answered with; null if that cannot be, which has been said then. */
    @Nullable
    Hold granted(Exchange exchange) {
        Answer answer = Objects.requireNonNull(exchange.answer);
        Request request = Objects.requireNonNull(exchange.request);
        Hold before = request.hold;
        if (before != null && !isSame(before, answer)) {
            if (!outages.mayHaveForgotten(before.sentMicros)) {
                report(
                        Rule.RETRIES,
                        exchange,
                        "one request of " + exchange.call.client() + " was granted fence " + before.fence
                                + " and then fence " + answer.fence(),
                        before.acquire);
                return null;
            }
            request.hold = null;
        }
        Hold hold = registry.byFence(answer.fence());
        if (hold == null) {
            hold = registry.add(answer.fence());
        } else if (hold.acquire != null && hold.request != request) {
            report(
                    Rule.TOKENS,
                    exchange,
                    "fence " + answer.fence() + " was granted to " + hold.client() + " and to "
                            + exchange.call.client(),
                    hold.acquire);
            return null;
        }
        Exchange first = request.first;
        if (hold.acquire == null && answer.fence() <= first.newestBefore) {
            report(
                    Rule.TOKENS,
                    exchange,
                    "fence " + answer.fence() + " was granted though fence " + first.newestBefore
                            + " was known before it was asked for",
                    first.newestWitness);
            return null;
        }
        request.hold = hold;
        hold.request = request;
        registry.named(hold, answer.token());
        told(answer.fence(), exchange);
        return hold;
    }

    private static boolean isSame(Hold hold, Answer answer) {
        return hold.fence == answer.fence() && hold.token == answer.token();
    }

    private void report(Rule rule, Exchange exchange, String summary, @Nullable Witness other) {
        String subject = exchange.call.claims().isEmpty()
                ? "?"
                : exchange.call.claims().get(0).resource();
        List<String> proof = other == null ? List.of(exchange.told()) : List.of(other.told(), exchange.told());
        found.accept(new Violation(rule, subject, summary, proof));
    }
}
