package io.holdfast.verification.checker;

import io.holdfast.verification.checker.Claim.Mode;
import io.holdfast.verification.checker.HistoryEvent.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The reference for {@link Checker} on small histories: tries every placement of every grant, end and free moment on a
 * grid, and asks whether any of them explains all answers. All times and lengths have to be on the grid. Longer than
 * other files, so that what is required of a placement can be read in one piece.
 */
final class Placements {
    private static final int NEVER = 1_000_000;

    private final List<Exchange> exchanges;
    private final List<int[]> outages = new ArrayList<>();
    private final TreeMap<Long, Grant> grants = new TreeMap<>();
    private final long gridMicros;
    private final int horizon;

    /** A grant, or with {@code gap} a moment at which nobody held {@code gapResource}. */
    private static final class Grant {
        final long fence;

        @Nullable
        Exchange acquire;

        @Nullable
        Exchange gap;

        int sent;
        int known = NEVER;
        final List<Exchange> seen = new ArrayList<>();
        final List<Claim> claims = new ArrayList<>();
        /** (begin, end, end of keeping others out). */
        List<int[]> placements = List.of();

        int[] chosen = {};

        Grant(long fence) {
            this.fence = fence;
        }

        @Nullable
        Claim on(String resource) {
            return claims.stream()
                    .filter(claim -> claim.resource().equals(resource))
                    .findFirst()
                    .orElse(null);
        }
    }

    Placements(List<Exchange> exchanges, List<long[]> outagesMicros, long gridMicros) {
        this.exchanges = exchanges;
        this.gridMicros = gridMicros;
        int latest = 0;
        for (Exchange exchange : exchanges) {
            latest = Math.max(latest, grid(exchange.isOpen() ? exchange.sent() : exchange.received()));
        }
        horizon = latest + 1;
        outagesMicros.forEach(outage -> outages.add(new int[] {grid(outage[0]), grid(outage[1])}));
    }

    private int grid(long micros) {
        return micros == Long.MAX_VALUE ? NEVER : (int) (micros / gridMicros);
    }

    boolean explain() {
        if (!collect() || !tokensRise() || !newestRises()) {
            return false;
        }
        List<Grant> order = new ArrayList<>(grants.values());
        for (Grant grant : order) {
            grant.placements = placements(grant);
        }
        for (Exchange exchange : exchanges) {
            if (saysFree(exchange) && last(exchange) != 0) {
                Grant gap = new Grant(last(exchange));
                gap.gap = exchange;
                gap.claims.addAll(exchange.call.claims());
                gap.placements = new ArrayList<>();
                for (int at = grid(exchange.sent()); at <= grid(exchange.received()); at++) {
                    gap.placements.add(new int[] {at, at, at});
                }
                order.add(gap);
            }
        }
        order.sort(Comparator.comparingLong((Grant grant) -> grant.fence)
                .thenComparing(grant -> grant.gap == null ? 0 : 1));
        return search(order, 0);
    }

    private static boolean saysFree(Exchange exchange) {
        return exchange.answer != null
                && exchange.answer.holders() != null
                && exchange.answer.holders().isEmpty();
    }

    private static long last(Exchange exchange) {
        return exchange.answer == null ? 0 : exchange.answer.last();
    }

    private boolean collect() {
        for (Exchange exchange : exchanges) {
            if (exchange.call.verb() == Verb.ACQUIRE && exchange.isOk() && !collectGrant(exchange)) {
                return false;
            }
        }
        for (Exchange exchange : exchanges) {
            List<Long> holders = exchange.answer == null ? null : exchange.answer.holders();
            if (holders == null) {
                continue;
            }
            for (long fence : holders) {
                Grant grant = grants.computeIfAbsent(fence, Grant::new);
                String resource = exchange.call.claims().get(0).resource();
                if (grant.acquire != null && grant.on(resource) == null) {
                    return false;
                }
                if (grant.acquire == null && grant.on(resource) == null) {
                    grant.claims.add(Claim.unknown(resource));
                }
                grant.known = Math.min(grant.known, grid(exchange.received()));
                grant.seen.add(exchange);
            }
        }
        return true;
    }

    private boolean collectGrant(Exchange exchange) {
        long fence = exchange.answer.fence();
        Grant grant = grants.computeIfAbsent(fence, Grant::new);
        if (grant.acquire != null
                && (!isSameRequest(grant.acquire.call, exchange.call) || token(grant) != exchange.answer.token())) {
            return false;
        }
        for (Grant other : grants.values()) {
            boolean sameRequest = other.acquire != null && isSameRequest(other.acquire.call, exchange.call);
            if (sameRequest && other != grant) {
                return false;
            }
        }
        if (grant.acquire == null) {
            grant.acquire = exchange;
            grant.claims.addAll(exchange.call.claims());
            grant.sent = exchanges.stream()
                    .filter(each -> each == exchange || isSameRequest(each.call, exchange.call))
                    .mapToInt(each -> grid(each.sent()))
                    .min()
                    .orElseThrow();
        }
        grant.known = Math.min(grant.known, grid(exchange.received()));
        grant.seen.add(exchange);
        return true;
    }

    private static boolean isSameRequest(Call one, Call other) {
        return one.verb() == Verb.ACQUIRE
                && other.verb() == Verb.ACQUIRE
                && one.request() != 0
                && one.request() == other.request();
    }

    private boolean tokensRise() {
        for (Grant grant : grants.values()) {
            if (grant.acquire == null) {
                continue;
            }
            for (Grant other : grants.tailMap(grant.fence, false).values()) {
                if (other.known < grant.sent) {
                    return false;
                }
            }
            for (Exchange exchange : exchanges) {
                if (last(exchange) >= grant.fence && grid(exchange.received()) < grant.sent) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Nobody says that a token is the newest who could have known a newer one. */
    private boolean newestRises() {
        for (Exchange exchange : exchanges) {
            long last = last(exchange);
            if (last == 0) {
                continue;
            }
            for (Grant newer : grants.tailMap(last, false).values()) {
                if (newer.known < grid(exchange.sent())) {
                    return false;
                }
            }
            for (Exchange other : exchanges) {
                if (last(other) > last && grid(other.received()) < grid(exchange.sent())) {
                    return false;
                }
            }
        }
        return true;
    }

    private List<Exchange> calls(Grant grant, Verb verb) {
        List<Exchange> found = new ArrayList<>();
        for (Exchange exchange : exchanges) {
            boolean named = exchange.call.token() != 0 && exchange.call.token() == token(grant);
            boolean cancels = verb == Verb.CANCEL
                    && grant.acquire != null
                    && exchange.call.request() != 0
                    && exchange.call.request() == grant.acquire.call.request();
            boolean breaks = verb == Verb.BREAK
                    && exchange.call.claims().stream().anyMatch(claim -> grant.on(claim.resource()) != null);
            if (exchange.call.verb() == verb && (named || cancels || breaks)) {
                found.add(exchange);
            }
        }
        return found;
    }

    private static long token(Grant grant) {
        return grant.acquire == null ? 0 : grant.acquire.answer.token();
    }

    private List<int[]> placements(Grant grant) {
        List<int[]> found = new ArrayList<>();
        List<Exchange> beats = calls(grant, Verb.HEARTBEAT);
        int lease = grant.acquire == null ? 0 : grid(Drift.atLeast(grant.acquire.call.ttlMicros()));
        for (int begin = grant.sent; begin <= grant.known; begin++) {
            int leaseEnd = lease == 0 ? 0 : begin + lease;
            for (Exchange beat : beats) {
                if (beat.isOk()) {
                    leaseEnd = Math.max(leaseEnd, Math.max(begin, grid(beat.sent())) + lease);
                }
            }
            for (int end = begin; end <= Math.max(horizon, leaseEnd); end++) {
                if (fitsAnswers(grant, beats, end)) {
                    addEnds(grant, begin, end, leaseEnd, found);
                }
            }
        }
        return found;
    }

    /** Whether every answer about the hold can be true of some moment, if it ended then. */
    private boolean fitsAnswers(Grant grant, List<Exchange> beats, int end) {
        List<Exchange> saidGone = new ArrayList<>(beats);
        saidGone.addAll(calls(grant, Verb.RELEASE));
        boolean fits = grant.seen.stream().allMatch(seen -> end >= grid(seen.sent()))
                && beats.stream().allMatch(beat -> !beat.isOk() || end >= grid(beat.sent()))
                && saidGone.stream().allMatch(each -> !each.saysGone() || end <= grid(each.received()))
                && calls(grant, Verb.CANCEL).stream().allMatch(each -> !each.isOk() || end <= grid(each.received()));
        if (!fits) {
            return false;
        }
        for (Exchange exchange : exchanges) {
            boolean clears = (saysFree(exchange) && last(exchange) == 0)
                    || (exchange.call.verb() == Verb.BREAK && exchange.isOk());
            boolean about = exchange.call.claims().stream().anyMatch(claim -> grant.on(claim.resource()) != null);
            if (clears && about && grant.known < grid(exchange.sent()) && end > grid(exchange.received())) {
                return false;
            }
        }
        return true;
    }

    /** All the ways in which it may have ended just then. */
    private void addEnds(Grant grant, int begin, int end, int leaseEnd, List<int[]> found) {
        List<Exchange> releases = calls(grant, Verb.RELEASE);
        List<Exchange> done = releases.stream().filter(Exchange::isOk).toList();
        if (!done.isEmpty()) {
            if (done.size() == 1 && within(done.get(0), end)) {
                found.add(new int[] {begin, end, end});
            }
            return;
        }
        releases.addAll(calls(grant, Verb.CANCEL));
        boolean ended = releases.stream().anyMatch(each -> within(each, end));
        if (ended || end >= leaseEnd) {
            found.add(new int[] {begin, end, end});
            return;
        }
        for (Exchange broken : calls(grant, Verb.BREAK)) {
            if (within(broken, end)) {
                long grace = broken.call.graceMicros();
                int free = grace == Call.WHOLE_LEASE ? Math.max(end, leaseEnd) : end + grid(Drift.atLeast(grace));
                found.add(new int[] {begin, end, free});
            }
        }
        for (int[] outage : outages) {
            if (begin <= outage[1] && end >= outage[0]) {
                found.add(new int[] {begin, end, Math.max(end, leaseEnd)});
            }
        }
    }

    private boolean within(Exchange call, int end) {
        return !call.isRefused() && end >= grid(call.sent()) && end <= grid(call.effectBy());
    }

    private static boolean search(List<Grant> order, int index) {
        if (index == order.size()) {
            return true;
        }
        Grant grant = order.get(index);
        for (int[] placement : grant.placements) {
            grant.chosen = placement;
            if (fitsOthers(order, index) && search(order, index + 1)) {
                return true;
            }
        }
        return false;
    }

    private static boolean fitsOthers(List<Grant> order, int index) {
        Grant grant = order.get(index);
        for (Claim claim : grant.claims) {
            int taken = claim.permits();
            for (Grant before : order.subList(0, index)) {
                Claim other = before.on(claim.resource());
                if (other == null || (before.gap != null && grant.gap != null)) {
                    continue;
                }
                int[] its = before.chosen;
                boolean alone = grant.gap != null || before.gap != null || claim.excludes(other);
                int over = grant.gap != null ? its[1] : its[2];
                if (its[0] > grant.chosen[0] || (alone && over > grant.chosen[0])) {
                    return false;
                }
                taken += !alone && other.mode() == Mode.PERMITS && its[2] > grant.chosen[0] ? other.permits() : 0;
            }
            if (claim.mode() == Mode.PERMITS && taken > claim.limit()) {
                return false;
            }
        }
        return true;
    }
}
