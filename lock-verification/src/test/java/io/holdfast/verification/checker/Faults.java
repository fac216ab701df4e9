package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What was done to the system, and what could not be done. */
final class Faults {
    /** Finished and running faults, by their begin. */
    final List<Span> spans = new ArrayList<>();

    private final LongMap<Span> running = new LongMap<>();
    final TreeMap<String, Integer> injected = new TreeMap<>();
    final TreeMap<String, Integer> notRun = new TreeMap<>();

    static final class Span {
        final long fromMicros;
        long toMicros = Long.MAX_VALUE;

        Span(long fromMicros) {
            this.fromMicros = fromMicros;
        }
    }

    void note(Fault fault) {
        switch (fault.phase()) {
            case BEGIN -> {
                Span span = new Span(fault.atMicros());
                spans.add(span);
                running.put(fault.number(), span);
                injected.merge(fault.kind(), 1, Integer::sum);
            }
            case END -> {
                Span span = running.remove(fault.number());
                if (span == null) {
                    throw new MalformedHistoryException("a fault ends that did not begin: " + fault);
                }
                span.toMicros = fault.atMicros();
            }
            case FAILED -> notRun.merge(fault.kind(), 1, Integer::sum);
        }
    }
}
