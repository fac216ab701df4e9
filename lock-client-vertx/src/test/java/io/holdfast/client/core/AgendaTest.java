package io.holdfast.client.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class AgendaTest {
    private final Agenda<String> agenda = new Agenda<>();

    @Test
    void itGivesWhatIsDueInOrderOfTimeAndThenOfEntry() {
        agenda.put(20, "c");
        agenda.put(10, "a");
        agenda.put(20, "d");
        agenda.put(10, "b");
        agenda.put(21, "later");
        assertEquals(List.of("a", "b", "c", "d"), agenda.takeDue(20, 10));
        assertEquals(List.of(), agenda.takeDue(20, 10));
    }

    @Test
    void theBudgetLeavesTheRestForNextTime() {
        agenda.put(1, "a");
        agenda.put(2, "b");
        agenda.put(3, "c");
        assertEquals(List.of("a", "b"), agenda.takeDue(9, 2));
        assertEquals(List.of("c"), agenda.takeDue(9, 2));
        assertTrue(agenda.isEmpty());
    }

    @Test
    void whatWasCancelledDoesNotComeAndCancellingTwiceIsHarmless() {
        Agenda.Entry entry = agenda.put(1, "a");
        agenda.put(1, "b");
        agenda.cancel(entry);
        agenda.cancel(entry);
        assertFalse(agenda.isEmpty());
        assertEquals(List.of("b"), agenda.takeDue(1, 10));
    }
}
