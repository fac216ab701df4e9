package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Belief;
import io.holdfast.verification.checker.HistoryEvent.Call;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks a history as it streams by, event by event in the order of their times. Its work is proportional to the length
 * of the history as long as few holds of one resource are open at once; it keeps what is held, what is under way, and a
 * bounded number of holds that are over. What each check means, and why a violation is one, is told in
 * {@code docs/checking.md}. Belongs to one thread. Throws {@link MalformedHistoryException} for a history that
 * contradicts itself, such as an answer without a call.
 */
public final class Checker {
    private static final int VIOLATIONS_KEPT = 100;
    private static final long TIDY_EVERY_MICROS = 30_000_000;

    private final CheckerOptions options;
    private final Outages outages = new Outages();
    private final Faults faults = new Faults();
    private final Tally tally = new Tally();
    private final List<Violation> violations = new ArrayList<>();
    private final LongMap<Exchange> open = new LongMap<>();
    private final Registry registry;
    private final Grants grants;
    private final Sightings sightings;
    private final Evidence evidence;
    private final Beliefs beliefs = new Beliefs(this::found);
    private final FencedWrites writes = new FencedWrites(this::found);
    private final Journals journals = new Journals(this::found);
    private final Order order;
    private final Liveness liveness;
    private final Manners manners;
    private final Delivery delivery = new Delivery();
    private final List<HistoryEvent> moment = new ArrayList<>();
    private long violationCount;
    private long nowMicros;
    private long tidiedMicros;

    public Checker(CheckerOptions options) {
        this.options = options;
        registry = new Registry(options.remembered());
        grants = new Grants(registry, outages, this::found);
        Sweep sweep = new Sweep(outages, this::found);
        sightings = new Sightings(registry, grants, sweep, this::found);
        evidence = new Evidence(registry, sightings, sweep, outages, this::found);
        order = new Order(registry, outages, this::found);
        long boundMicros = options.livenessBound().toNanos() / 1000;
        liveness = new Liveness(registry, outages, faults, boundMicros, this::found);
        manners = new Manners(registry, faults, boundMicros, this::found);
    }

    /** Checks a whole history. */
    public static Report check(MergedHistory history, CheckerOptions options) {
        Checker checker = new Checker(options);
        for (HistoryEvent event = history.next(); event != null; event = history.next()) {
            checker.accept(event);
        }
        return checker.finish(history.torn());
    }

    /** The next event, which must not be earlier than any before. */
    public void accept(HistoryEvent event) {
        if (event.atMicros() != nowMicros) {
            deliver();
            if (event.atMicros() < nowMicros) {
                throw new MalformedHistoryException("time runs backwards: " + event);
            }
            nowMicros = event.atMicros();
        }
        moment.add(event);
    }

    /** Everything was there. {@code torn} names the files whose last line was cut off. */
    public Report finish(List<String> torn) {
        deliver();
        liveness.finish();
        return new Report(
                tally.operations,
                tally.grants,
                tally.contended,
                tally.unknown + open.size(),
                tally.beliefs,
                tally.writes,
                outages.count(),
                faults.injected,
                faults.notRun,
                List.copyOf(violations),
                violationCount,
                tally.voidReasons(options),
                torn);
    }

    /** How many things are kept at the moment. */
    int size() {
        return registry.size() + open.size();
    }

    private void found(Violation violation) {
        violationCount++;
        if (violations.size() < VIOLATIONS_KEPT) {
            violations.add(violation);
        }
    }

    /** All events of one microsecond, causes first. */
    private void deliver() {
        for (int i = 0; i < moment.size(); i++) {
            if (moment.get(i).comesFirst()) {
                moment.get(i).deliverTo(delivery);
            }
        }
        for (int i = 0; i < moment.size(); i++) {
            if (!moment.get(i).comesFirst()) {
                moment.get(i).deliverTo(delivery);
            }
        }
        moment.clear();
        if (nowMicros - tidiedMicros > TIDY_EVERY_MICROS) {
            tidiedMicros = nowMicros;
            registry.lanes().forEach(lane -> registry.prune(lane, nowMicros));
        }
    }

    private final class Delivery implements HistorySink {
        @Override
        public void called(Call call) {
            Exchange exchange = new Exchange(call);
            if (open.put(call.number(), exchange) != null) {
                throw new MalformedHistoryException("two calls under way have one number: " + call);
            }
            switch (call.verb()) {
                case ACQUIRE -> grants.asked(exchange);
                case STATUS -> grants.called(exchange);
                case BREAK -> beliefs.broken(exchange);
                default -> {}
            }
            if (call.token() == 0 && call.verb() != Verb.WRITE) {
                for (Claim claim : call.claims()) {
                    registry.lane(claim.resource()).asking.add(exchange);
                }
            }
            evidence.called(exchange);
            if (call.verb() == Verb.HEARTBEAT) {
                manners.beats(exchange);
            }
        }

        @Override
        public void answered(Answer answer) {
            Exchange exchange = open.remove(answer.number());
            if (exchange == null) {
                throw new MalformedHistoryException("an answer without a call: " + answer);
            }
            exchange.answer = answer;
            tally.answered(exchange);
            if (exchange.call.verb() == Verb.WRITE) {
                writes.answered(exchange);
                return;
            }
            if (exchange.call.verb() == Verb.ACQUIRE) {
                acquired(exchange, answer);
            }
            evidence.answered(exchange);
            prune(exchange);
        }

        private void acquired(Exchange exchange, Answer answer) {
            Hold hold = null;
            if (exchange.isOk()) {
                if (answer.fence() == 0) {
                    throw new MalformedHistoryException("a grant without a fencing token: " + answer);
                }
                hold = grants.granted(exchange);
                if (hold != null) {
                    evidence.granted(exchange, hold);
                }
            } else if (exchange.request != null) {
                registry.refused(exchange.request);
            }
            order.answered(exchange, hold);
            liveness.answered(exchange);
        }

        private void prune(Exchange exchange) {
            @Nullable Hold hold = exchange.hold;
            if (hold != null) {
                for (int i = 0; i < hold.lanes.size(); i++) {
                    registry.prune(hold.lanes.get(i), nowMicros);
                }
                return;
            }
            for (Claim claim : exchange.call.claims()) {
                registry.prune(registry.lane(claim.resource()), nowMicros);
            }
        }

        @Override
        public void believed(Belief belief) {
            if (belief.isOver()) {
                beliefs.ended(belief);
                manners.ended(belief);
            } else {
                tally.beliefs++;
                beliefs.begun(belief);
            }
        }

        @Override
        public void stored(HistoryEvent.Stored stored) {
            writes.stored(stored);
        }

        @Override
        public void fault(HistoryEvent.Fault fault) {
            faults.note(fault);
        }

        @Override
        public void outage(HistoryEvent.Outage outage) {
            outages.note(outage);
        }

        @Override
        public void journaled(HistoryEvent.Journal entry) {
            journals.check(entry);
            if (entry.kind() == HistoryEvent.JournalKind.GRANTED) {
                manners.granted(entry);
            }
            sightings.journaled(entry);
            order.journaled(entry);
        }
    }
}
