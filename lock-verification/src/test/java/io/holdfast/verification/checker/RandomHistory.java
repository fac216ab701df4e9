package io.holdfast.verification.checker;

import io.holdfast.verification.checker.Claim.Mode;
import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Call;
import io.holdfast.verification.checker.HistoryEvent.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A small history on a coarse grid: what a server that keeps the rules may have answered, as tightly as it may, and in
 * every other one something is moved a little, so that good and bad ones are close together.
 */
final class RandomHistory {
    /** 0.5 % less than 200 ms, so that a lease of so many times 200 ms is on the grid when the drift is taken off. */
    static final long GRID_MICROS = 199_000;

    private static final long LENGTH_MICROS = 200_000;

    final List<Exchange> exchanges = new ArrayList<>();
    final List<long[]> outages = new ArrayList<>();
    private final RandomGenerator random;
    private final List<int[]> truth = new ArrayList<>();
    private final List<List<Claim>> claims = new ArrayList<>();
    private final boolean isBent;
    private long number;

    RandomHistory(RandomGenerator random) {
        this.random = random;
        this.isBent = random.nextInt(4) != 0;
        boolean forgets = random.nextInt(6) == 0;
        if (forgets) {
            long down = random.nextInt(8);
            outages.add(new long[] {down * GRID_MICROS, (down + random.nextInt(3)) * GRID_MICROS});
        }
        int kind = random.nextInt(3);
        int count = 2 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            hold(i, kind);
        }
        int looks = random.nextInt(3);
        for (int i = 0; i < looks; i++) {
            status();
        }
    }

    private List<Claim> claims(int kind) {
        String resource = random.nextInt(4) == 0 ? "b" : "a";
        List<Claim> chosen = new ArrayList<>();
        chosen.add(claim(resource, kind));
        if (random.nextInt(5) == 0) {
            chosen.add(claim(resource.equals("a") ? "b" : "a", kind));
        }
        return chosen;
    }

    private Claim claim(String resource, int kind) {
        return switch (kind) {
            case 0 -> Claim.exclusive(resource);
            case 1 -> random.nextInt(3) == 0 ? Claim.exclusive(resource) : Claim.shared(resource);
            default -> Claim.permits(resource, 1 + random.nextInt(2), 3);
        };
    }

    /** The earliest moment at which the rules allow it. */
    private int allowed(List<Claim> wanted) {
        int at = 0;
        for (int i = 0; i < truth.size(); i++) {
            at = Math.max(at, truth.get(i)[0]);
            for (Claim claim : wanted) {
                for (Claim other : claims.get(i)) {
                    boolean meets = claim.resource().equals(other.resource());
                    if (meets && (claim.excludes(other) || (claim.mode() == Mode.PERMITS && random.nextBoolean()))) {
                        at = Math.max(at, truth.get(i)[2]);
                    }
                }
            }
        }
        return at;
    }

    private int bend() {
        return isBent && random.nextInt(2) == 0 ? random.nextInt(5) - 2 : 0;
    }

    private void hold(int index, int kind) {
        List<Claim> wanted = claims(kind);
        int begin = Math.max(0, allowed(wanted) + random.nextInt(2) + bend());
        int lease = 1 + random.nextInt(4);
        int sent = Math.max(0, begin - random.nextInt(3));
        int known = begin + random.nextInt(3);
        long request = random.nextBoolean() ? 100 + index : 0;
        long fence = index + 1L + (isBent && random.nextInt(12) == 0 ? random.nextInt(3) - 1 : 0);
        long token = 1000L + index;
        boolean answered = random.nextInt(8) != 0;
        if (request != 0 && random.nextInt(3) == 0) {
            ask(Math.max(0, sent - 1), sent, Outcome.UNKNOWN, wanted, request, lease, 0, 0);
        }
        ask(sent, known, answered ? Outcome.OK : Outcome.UNKNOWN, wanted, request, lease, token, Math.max(1, fence));
        int end = begin + lease;
        if (answered && request != 0 && random.nextInt(4) == 0) {
            boolean another = isBent && outages.isEmpty() && random.nextInt(4) == 0;
            ask(
                    known,
                    known + random.nextInt(2),
                    Outcome.OK,
                    wanted,
                    request,
                    lease,
                    another ? token + 500 : token,
                    Math.max(1, another ? fence + 1 : fence));
        }
        if (answered) {
            end = life(wanted, request, token, begin, known, lease);
        }
        int free = end;
        if (random.nextInt(6) == 0) {
            int broken = Math.max(0, Math.min(end, begin + random.nextInt(lease + 1)) + bend());
            int grace = random.nextInt(4);
            boolean whole = random.nextInt(3) == 0;
            call(
                    broken,
                    broken + random.nextInt(2),
                    Verb.BREAK,
                    wanted.subList(0, 1),
                    0,
                    0,
                    whole ? Call.WHOLE_LEASE : grace * LENGTH_MICROS,
                    random.nextInt(4) == 0 ? "lost" : "ok");
            free = whole ? end : Math.min(end, broken) + (random.nextBoolean() ? grace : 0);
            end = Math.min(end, broken);
        }
        truth.add(new int[] {begin, end, Math.max(end, free)});
        claims.add(wanted);
    }

    /** Heartbeats, and mostly an end. Gives when it ended. */
    private int life(List<Claim> wanted, long request, long token, int begin, int known, int lease) {
        int end = begin + lease;
        int at = known;
        List<Claim> any = wanted.subList(0, 1);
        while (random.nextInt(3) == 0) {
            int beat = at + random.nextInt(2);
            boolean lives = beat <= end + bend();
            call(beat, beat + random.nextInt(3), Verb.HEARTBEAT, any, token, 0, 0, lives ? "ok" : "NotFound");
            end = lives ? Math.max(end, beat + lease) : end;
            at = beat;
        }
        int over = Math.max(known, at + random.nextInt(3) + bend());
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                boolean lives = over <= end + bend();
                call(over, over + random.nextInt(2), Verb.RELEASE, any, token, 0, 0, lives ? "ok" : "NotFound");
                end = lives ? over : end;
            }
            case 2 -> {
                call(over, over + 1, Verb.RELEASE, any, token, 0, 0, random.nextBoolean() ? "lost" : "Unavailable");
                end = random.nextBoolean() ? Math.min(end, over) : end;
            }
            case 3 -> {
                if (request != 0) {
                    cancel(over, smallest(wanted), request);
                    end = Math.min(end, over);
                }
            }
            default -> {}
        }
        if (random.nextInt(4) == 0) {
            int late = Math.max(known, end + random.nextInt(2) + bend());
            call(late, late + random.nextInt(2), Verb.HEARTBEAT, any, token, 0, 0, "NotFound");
        }
        return end;
    }

    /** A set goes by its smallest member. */
    private static List<Claim> smallest(List<Claim> wanted) {
        return List.of(
                wanted.stream().min(Comparator.comparing(Claim::resource)).orElseThrow());
    }

    private void status() {
        int at = random.nextInt(10);
        Claim claim = Claim.exclusive(random.nextInt(4) == 0 ? "b" : "a");
        List<Long> holders = new ArrayList<>();
        long last = 0;
        int shifted = Math.max(0, at + bend());
        for (int i = 0; i < truth.size(); i++) {
            int[] hold = truth.get(i);
            last = hold[0] <= shifted ? i + 1 : last;
            boolean about =
                    claims.get(i).stream().anyMatch(each -> each.resource().equals(claim.resource()));
            if (about && hold[0] <= shifted && hold[1] > shifted) {
                holders.add(i + 1L);
            }
        }
        Call call = call(at, Verb.STATUS, List.of(claim), 0, 0, 0, 0);
        answer(call, at + random.nextInt(2), Outcome.OK, "", 0, 0, holders, random.nextInt(3) == 0 ? 0 : last);
    }

    private void ask(
            int sent, int known, Outcome outcome, List<Claim> wanted, long request, int lease, long token, long fence) {
        Call call = call(sent, Verb.ACQUIRE, wanted, 0, request, lease * LENGTH_MICROS, 0);
        boolean ok = outcome == Outcome.OK;
        answer(call, known, outcome, "", ok ? token : 0, ok ? fence : 0, null, 0);
    }

    private void cancel(int at, List<Claim> any, long request) {
        Call call = call(at, Verb.CANCEL, any, 0, request, 0, 0);
        answer(call, at + random.nextInt(2), random.nextBoolean() ? Outcome.OK : Outcome.UNKNOWN, "", 0, 0, null, 0);
    }

    private void call(
            int at, int until, Verb verb, List<Claim> about, long token, long request, long grace, String status) {
        Call call = call(at, verb, about, token, request, 0, grace);
        Outcome outcome =
                switch (status) {
                    case "ok" -> Outcome.OK;
                    case "lost" -> Outcome.UNKNOWN;
                    default -> Outcome.REFUSED;
                };
        answer(call, until, outcome, outcome == Outcome.REFUSED ? status : "", 0, 0, null, 0);
    }

    private Call call(int at, Verb verb, List<Claim> about, long token, long request, long ttl, long grace) {
        return new Call(at * GRID_MICROS, ++number, "c", verb, about, token, request, 0, 0, 0, ttl, 0, 0, grace);
    }

    private void answer(
            Call call, int at, Outcome outcome, String status, long token, long fence, List<Long> holders, long last) {
        Exchange exchange = new Exchange(call);
        exchange.answer = new Answer(
                at * GRID_MICROS, call.number(), outcome, status, token, fence, 0, 0, 0, 0, holders, last, null);
        exchanges.add(exchange);
    }

    /** In the order of their times; at equal times, as they came about. */
    List<HistoryEvent> events() {
        List<HistoryEvent> events = new ArrayList<>();
        for (long[] outage : outages) {
            events.add(new HistoryEvent.Outage(outage[0], "server-1", false, true));
            events.add(new HistoryEvent.Outage(outage[1], "server-1", true, false));
        }
        for (Exchange exchange : exchanges) {
            events.add(exchange.call);
            events.add(exchange.answer);
        }
        events.sort(Comparator.comparingLong(HistoryEvent::atMicros));
        return events;
    }
}
