package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Journal;
import io.holdfast.verification.checker.HistoryEvent.JournalKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Each server's own order of events: its grants have rising fencing tokens. */
final class Journals {
    private final Map<String, Journal> newestGrant = new HashMap<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final Consumer<Violation> found;

    Journals(Consumer<Violation> found) {
        this.found = found;
    }

    void check(Journal entry) {
        Long before = sequences.put(entry.server(), entry.sequence());
        if (before != null && entry.sequence() <= before) {
            throw new MalformedHistoryException("a journal runs backwards: " + entry);
        }
        if (entry.kind() != JournalKind.GRANTED) {
            return;
        }
        Journal grant = newestGrant.get(entry.server());
        if (grant != null && entry.fence() < grant.fence()) {
            found.accept(new Violation(
                    Rule.TOKENS,
                    entry.resource(),
                    entry.server() + " granted fence " + entry.fence() + " after fence " + grant.fence(),
                    List.of(told(grant), told(entry))));
        } else {
            newestGrant.put(entry.server(), entry);
        }
    }

    private static String told(Journal entry) {
        return "[" + Words.time(entry.atMicros()) + "] " + entry.server() + " wrote: granted " + entry.resource()
                + " fence=" + entry.fence() + " to " + entry.client();
    }
}
