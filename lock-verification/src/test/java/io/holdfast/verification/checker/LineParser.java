package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Belief;
import io.holdfast.verification.checker.HistoryEvent.Call;
import io.holdfast.verification.checker.HistoryEvent.Fault;
import io.holdfast.verification.checker.HistoryEvent.FaultPhase;
import io.holdfast.verification.checker.HistoryEvent.Journal;
import io.holdfast.verification.checker.HistoryEvent.JournalKind;
import io.holdfast.verification.checker.HistoryEvent.Outage;
import io.holdfast.verification.checker.HistoryEvent.Outcome;
import io.holdfast.verification.checker.HistoryEvent.Stored;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes events of lines. Belongs to one thread. Throws {@link MalformedHistoryException} for what it cannot read. */
final class LineParser {
    private static final Map<String, Verb> VERBS = new HashMap<>();
    private static final Map<String, JournalKind> JOURNAL_KINDS = new HashMap<>();

    static {
        Stream.of(Verb.values()).forEach(verb -> VERBS.put(verb.word(), verb));
        Stream.of(JournalKind.values()).forEach(kind -> JOURNAL_KINDS.put(kind.word(), kind));
    }

    private final Line line;
    /** Added to every number, so that those of several files do not meet. */
    private final long numberBase;

    LineParser(Line line, long numberBase) {
        this.line = line;
        this.numberBase = numberBase;
    }

    HistoryEvent parse() {
        String kind = line.raw(1);
        return switch (kind) {
            case "call" -> call();
            case "ok" -> answer(Outcome.OK);
            case "no" -> answer(Outcome.REFUSED);
            case "lost" -> answer(Outcome.UNKNOWN);
            case "believe" -> belief(true);
            case "unbelieve" -> belief(false);
            case "stored" -> stored();
            case "fault" -> fault();
            case "down" -> outage(false);
            case "up" -> outage(true);
            case "event" -> journal();
            default -> throw new MalformedHistoryException("nothing is called '" + kind + "'");
        };
    }

    private static <T> T known(@Nullable T found, String word) {
        if (found == null) {
            throw new MalformedHistoryException("nothing is called '" + word + "'");
        }
        return found;
    }

    private MalformedHistoryException unknownKey(int word) {
        return new MalformedHistoryException("nothing is called '" + line.key(word) + "' here");
    }

    private Call call() {
        long token = 0;
        long request = 0;
        long session = 0;
        long fence = 0;
        long value = 0;
        long ttl = 0;
        long wait = 0;
        long delay = 0;
        long grace = Call.WHOLE_LEASE;
        for (int word = 6; word < line.words(); word++) {
            switch (line.key(word)) {
                case "token" -> token = line.valueHash(word);
                case "request" -> request = line.valueHash(word);
                case "session" -> session = line.valueHash(word);
                case "fence" -> fence = line.valueNumber(word);
                case "value" -> value = line.valueNumber(word);
                case "ttl" -> ttl = line.valueTime(word);
                case "wait" -> wait = line.valueTime(word);
                case "delay" -> delay = line.valueTime(word);
                case "grace" -> grace = line.valueTime(word);
                default -> throw unknownKey(word);
            }
        }
        Verb verb = known(VERBS.get(line.raw(4)), line.raw(4));
        return new Call(
                line.time(0),
                numberBase + line.number(2),
                line.name(3),
                verb,
                line.claims(5),
                token,
                request,
                session,
                fence,
                value,
                ttl,
                wait,
                delay,
                grace);
    }

    private Answer answer(Outcome outcome) {
        long token = 0;
        long fence = 0;
        long ttl = 0;
        long left = 0;
        long waited = 0;
        long ticket = 0;
        List<Long> holders = null;
        long last = 0;
        Boolean current = null;
        int first = outcome == Outcome.REFUSED ? 4 : 3;
        for (int word = first; word < line.words(); word++) {
            switch (line.key(word)) {
                case "token" -> token = line.valueHash(word);
                case "fence" -> fence = line.valueNumber(word);
                case "ttl" -> ttl = line.valueTime(word);
                case "left" -> left = line.valueTime(word);
                case "waited" -> waited = line.valueTime(word);
                case "ticket" -> ticket = line.valueNumber(word);
                case "holders" -> holders = holders(word);
                case "last" -> last = line.valueNumber(word);
                case "current" -> current = line.value(word).equals("yes");
                default -> throw unknownKey(word);
            }
        }
        String status = outcome == Outcome.REFUSED ? line.name(3) : "";
        return new Answer(
                line.time(0),
                numberBase + line.number(2),
                outcome,
                status,
                token,
                fence,
                ttl,
                left,
                waited,
                ticket,
                holders,
                last,
                current);
    }

    private List<Long> holders(int word) {
        String value = line.value(word);
        if (value.equals("-")) {
            return List.of();
        }
        try {
            if (value.indexOf(',') < 0) {
                return List.of(Long.valueOf(value));
            }
            return Stream.of(value.split(",", -1)).map(Long::valueOf).toList();
        } catch (NumberFormatException e) {
            throw new MalformedHistoryException("'" + value + "' are no fencing tokens");
        }
    }

    private Belief belief(boolean begins) {
        long until = 0;
        if (begins) {
            if (line.words() != 6 || !line.key(5).equals("until")) {
                throw new MalformedHistoryException("a belief needs an until=");
            }
            until = line.valueTime(5);
        }
        List<Claim> claims = line.claims(3);
        if (claims.size() != 1) {
            throw new MalformedHistoryException("a belief is about one resource");
        }
        return new Belief(line.time(0), line.name(2), claims.get(0), line.number(4), until);
    }

    private Stored stored() {
        long fence = line.words() > 4 && line.key(4).equals("fence") ? line.valueNumber(4) : 0;
        return new Stored(line.time(0), line.name(2), line.number(3), fence);
    }

    private Fault fault() {
        String word = line.raw(3);
        FaultPhase phase = known(
                Stream.of(FaultPhase.values())
                        .filter(each -> each.word().equals(word))
                        .findFirst()
                        .orElse(null),
                word);
        boolean named = phase != FaultPhase.END;
        return new Fault(
                line.time(0),
                numberBase + line.number(2),
                phase,
                named ? line.name(4) : "",
                named && line.words() > 5 ? line.name(5) : "");
    }

    private Outage outage(boolean isUp) {
        boolean forgets = !isUp && line.raw(3).equals("forgets");
        return new Outage(line.time(0), line.name(2), isUp, forgets);
    }

    private Journal journal() {
        String client = "";
        long request = 0;
        long fence = 0;
        long ticket = 0;
        String reason = "";
        for (int word = 6; word < line.words(); word++) {
            switch (line.key(word)) {
                case "client" -> client = Words.decoded(line.value(word));
                case "request" -> request = line.valueHash(word);
                case "fence" -> fence = line.valueNumber(word);
                case "ticket" -> ticket = line.valueNumber(word);
                case "reason" -> reason = Words.decoded(line.value(word));
                default -> throw unknownKey(word);
            }
        }
        JournalKind kind = known(JOURNAL_KINDS.get(line.raw(4)), line.raw(4));
        return new Journal(
                line.time(0), line.name(2), line.number(3), kind, line.name(5), client, request, fence, ticket, reason);
    }
}
