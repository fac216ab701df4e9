package io.holdfast.verification.checker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HistoryFormatTest {
    private static final String HEADER = HistoryWriter.HEADER + "\n";

    private static final List<HistoryEvent> ALL = List.of(
            new Call(
                    1_001,
                    1,
                    "a client, 100%",
                    Verb.ACQUIRE,
                    List.of(Claim.exclusive("orders/4:2"), Claim.shared("é"), Claim.permits("-", 2, 3)),
                    0,
                    77,
                    78,
                    0,
                    0,
                    10_000_000,
                    500,
                    1_000,
                    Call.WHOLE_LEASE),
            new Call(2_000, 2, "op", Verb.BREAK, List.of(Claim.exclusive("x")), 0, 0, 0, 0, 0, 0, 0, 0, 0),
            new Call(
                    2_000,
                    3,
                    "c",
                    Verb.WRITE,
                    List.of(Claim.exclusive("x")),
                    0,
                    0,
                    0,
                    9,
                    12,
                    0,
                    0,
                    0,
                    Call.WHOLE_LEASE),
            new Answer(3_000, 1, Outcome.OK, "", -5, 9, 1_000, 999, 5, 4, null, 0, null),
            new Answer(3_000, 2, Outcome.REFUSED, "NotFound", 0, 0, 0, 0, 0, 0, List.of(), 8, false),
            new Answer(3_000, 3, Outcome.UNKNOWN, "", 0, 0, 0, 0, 0, 0, List.of(7L, 8L), 0, true),
            new Belief(3_100, "c", Claim.shared("r"), 9, 50_000),
            new Belief(3_200, "c", Claim.shared("r"), 9, 0),
            new Stored(3_300, "x", 12, 9),
            new Fault(3_400, 1, FaultPhase.BEGIN, "kill-9", "server-1"),
            new Fault(3_500, 1, FaultPhase.END, "", ""),
            new Fault(3_600, 2, FaultPhase.FAILED, "partition", "server-1"),
            new Outage(3_700, "server-1", false, true),
            new Outage(3_800, "server-1", true, false),
            new Journal(3_900, "server-1", 1, JournalKind.QUEUED, "x", "c", 77, 0, 3, "a reason"));

    private static HistoryReader reader(String text, int index) {
        return new HistoryReader(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "file-" + index, index);
    }

    private static List<HistoryEvent> read(MergedHistory history) {
        List<HistoryEvent> events = new ArrayList<>();
        for (HistoryEvent event = history.next(); event != null; event = history.next()) {
            events.add(event);
        }
        return events;
    }

    private static String problemOf(String lines) {
        HistoryReader reader = reader(lines, 0);
        return assertThrows(MalformedHistoryException.class, () -> {
                    while (reader.next() != null) {
                        // reads on
                    }
                })
                .getMessage();
    }

    @Test
    void whatIsWrittenIsRead() {
        StringWriter text = new StringWriter();
        HistoryWriter writer = new HistoryWriter(text, "a test");
        ALL.forEach(event -> event.deliverTo(writer));
        assertEquals(ALL, read(new MergedHistory(List.of(reader(text.toString(), 0)))));
    }

    @Test
    void aTornLastLineIsLeftOutAndSaid() throws IOException {
        MergedHistory history = new MergedHistory(List.of(reader(HEADER + "5 up a\n7 up b", 0)));
        assertEquals(1, read(history).size());
        assertEquals(List.of("file-0"), history.torn());
        history.close();
    }

    @Test
    void aWholeFileIsNotTorn() {
        HistoryReader reader = reader(HEADER + "5 up a\n", 0);
        while (reader.next() != null) {
            // reads on
        }
        assertFalse(reader.isTorn());
    }

    @Test
    void filesAreMergedByTimeAndTheirNumbersKeptApart() {
        String first = HEADER + "1 call 1 a status x\n9 ok 1\n";
        String second = HEADER + "2 call 1 b status x\n3 ok 1\n";
        List<HistoryEvent> events = read(new MergedHistory(List.of(reader(first, 0), reader(second, 1))));
        assertEquals(
                List.of(1_000L, 2_000L, 3_000L, 9_000L),
                events.stream().map(HistoryEvent::atMicros).toList());
        Checker checker = new Checker(CheckerOptions.anySize());
        events.forEach(checker::accept);
        assertEquals(2, checker.finish(List.of()).operations());
    }

    @Test
    void whatCannotBeReadIsSaidWithItsLine() {
        assertTrue(problemOf("something else\n").contains("line 1"));
        assertTrue(problemOf(HEADER + "1 up a\n1 flies 2\n").contains("line 3: nothing is called 'flies'"));
        assertTrue(problemOf(HEADER + "1 call x a status x\n").contains("'x' is no number"));
        assertTrue(problemOf(HEADER + "1 call 1 a status x color=red\n").contains("'color'"));
        assertTrue(problemOf(HEADER + "1.0001 up a\n").contains("'1.0001' is no number"));
        assertTrue(problemOf(HEADER + "1 up\n").contains("too few words"));
        assertTrue(problemOf(HEADER + "2 up a\n1 up a\n").contains("time runs backwards"));
    }

    @Test
    void anAnswerNeedsACall() {
        Checker checker = new Checker(CheckerOptions.anySize());
        checker.accept(new Answer(1, 1, Outcome.OK, "", 0, 0, 0, 0, 0, 0, null, 0, null));
        assertThrows(MalformedHistoryException.class, () -> checker.finish(List.of()));
    }
}
