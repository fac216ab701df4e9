package io.holdfast.verification.campaign;

import io.holdfast.verification.checker.Claim;
import io.holdfast.verification.checker.HistoryEvent;
import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Call;
import io.holdfast.verification.checker.HistoryEvent.FaultPhase;
import io.holdfast.verification.checker.HistoryEvent.Outcome;
import io.holdfast.verification.checker.HistorySink;
import io.holdfast.verification.checker.Verb;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What happened to some resources, as bars over time. Belongs to one thread. */
final class Timeline implements HistorySink {
    /** What a bar stands for. */
    enum Kind {
        HOLD,
        BELIEF,
        FAULT,
        OUTAGE
    }

    /** Something that lasted. The end of a hold is when it was known to be over, or the last that was heard of it. */
    record Bar(Kind kind, String lane, long fromMicros, long toMicros, String text) {}

    private final Set<String> resources;
    private final Map<Long, Call> open = new HashMap<>();
    private final Map<Long, Held> byToken = new LinkedHashMap<>();
    private final Map<String, Bar> beliefs = new LinkedHashMap<>();
    private final Map<Long, HistoryEvent.Fault> faults = new HashMap<>();
    private final Map<String, Long> downs = new LinkedHashMap<>();
    private final List<Bar> bars = new ArrayList<>();
    private long lastMicros;

    /** A hold as its holder knows it. */
    private static final class Held {
        private final Call acquire;
        private final long fence;
        private final long fromMicros;
        private long toMicros;

        private Held(Call acquire, Answer answer) {
            this.acquire = acquire;
            this.fence = answer.fence();
            this.fromMicros = answer.atMicros();
            this.toMicros = answer.atMicros();
        }
    }

    Timeline(Set<String> resources) {
        this.resources = resources;
    }

    /** All bars, after the last event. */
    List<Bar> bars() {
        for (Held held : byToken.values()) {
            String text = held.acquire.client() + " fence " + held.fence;
            for (Claim claim : held.acquire.claims()) {
                if (resources.contains(claim.resource())) {
                    bars.add(new Bar(Kind.HOLD, claim.resource(), held.fromMicros, held.toMicros, text));
                }
            }
        }
        byToken.clear();
        bars.addAll(beliefs.values());
        beliefs.clear();
        faults.values()
                .forEach(fault -> bars.add(
                        new Bar(Kind.FAULT, "", fault.atMicros(), lastMicros, fault.kind() + " " + fault.target())));
        faults.clear();
        downs.forEach((server, from) -> bars.add(new Bar(Kind.OUTAGE, "", from, lastMicros, server + " down")));
        downs.clear();
        return bars;
    }

    long lastMicros() {
        return lastMicros;
    }

    @Override
    public void called(Call call) {
        lastMicros = call.atMicros();
        open.put(call.number(), call);
    }

    @Override
    public void answered(Answer answer) {
        lastMicros = answer.atMicros();
        Call call = open.remove(answer.number());
        if (call == null || answer.outcome() != Outcome.OK) {
            return;
        }
        if (call.verb() == Verb.ACQUIRE) {
            byToken.computeIfAbsent(answer.token(), token -> new Held(call, answer)).toMicros = answer.atMicros();
        } else if (call.token() != 0) {
            Held held = byToken.get(call.token());
            if (held != null) {
                held.toMicros = answer.atMicros();
            }
        }
    }

    @Override
    public void believed(HistoryEvent.Belief belief) {
        lastMicros = belief.atMicros();
        String resource = belief.claim().resource();
        if (!resources.contains(resource)) {
            return;
        }
        String key = belief.client() + " " + belief.fence() + " " + resource;
        Bar before = beliefs.get(key);
        if (belief.untilMicros() != 0) {
            long from = before == null ? belief.atMicros() : before.fromMicros();
            String text = belief.client() + " believes in fence " + belief.fence();
            beliefs.put(key, new Bar(Kind.BELIEF, resource, from, belief.untilMicros(), text));
        } else if (before != null) {
            beliefs.remove(key);
            long to = Math.min(before.toMicros(), belief.atMicros());
            bars.add(new Bar(Kind.BELIEF, resource, before.fromMicros(), to, before.text()));
        }
    }

    @Override
    public void stored(HistoryEvent.Stored stored) {
        lastMicros = stored.atMicros();
    }

    @Override
    public void fault(HistoryEvent.Fault fault) {
        if (fault.phase() == FaultPhase.BEGIN) {
            faults.put(fault.number(), fault);
        } else if (fault.phase() == FaultPhase.END) {
            HistoryEvent.Fault begun = faults.remove(fault.number());
            if (begun != null) {
                String text = begun.kind() + " " + begun.target();
                bars.add(new Bar(Kind.FAULT, "", begun.atMicros(), fault.atMicros(), text));
            }
        }
    }

    @Override
    public void outage(HistoryEvent.Outage outage) {
        if (!outage.isUp()) {
            downs.putIfAbsent(outage.server(), outage.atMicros());
            return;
        }
        Long from = downs.remove(outage.server());
        if (from != null) {
            bars.add(new Bar(Kind.OUTAGE, "", from, outage.atMicros(), outage.server() + " down"));
        }
    }

    @Override
    public void journaled(HistoryEvent.Journal entry) {
        lastMicros = entry.atMicros();
    }
}
