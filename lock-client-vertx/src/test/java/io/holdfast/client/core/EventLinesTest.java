package io.holdfast.client.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.holdfast.client.core.EventLines.Event;
import org.junit.jupiter.api.Test;

final class EventLinesTest {
    private final EventLines lines = new EventLines();

    private Event event(String... block) {
        for (String line : block) {
            assertNull(lines.take(line), line);
        }
        return lines.take("");
    }

    @Test
    void anEventIsWhatStandsBeforeAnEmptyLine() {
        assertEquals(new Event("7", "granted", "{\"a\":1}"), event("id: 7", "event: granted", "data: {\"a\":1}"));
        assertEquals(new Event("8", "released", "{}"), event("id:8", "event:released", "data:{}"));
    }

    @Test
    void nothingIsCarriedOverFromOneEventToTheNext() {
        event("id: 7", "event: granted", "data: x");
        assertEquals(new Event(null, "released", ""), event("event: released"));
    }

    @Test
    void aSignOfLifeMayHaveAnIdAndAMereCommentIsNoEvent() {
        assertEquals(new Event("9", "", ""), event(":", "id: 9"));
        assertNull(event(": still here"));
        assertNull(event());
    }

    @Test
    void dataMayHaveSeveralLinesAndUnknownFieldsAreSkipped() {
        assertEquals(
                new Event(null, "x", "a\nb: c"), event("retry: 5", "event: x", "data: a", "data: b: c", ":", "other"));
        assertNull(event("retry: 5"));
    }
}
