package io.holdfast.server.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BrokenHoldsTest {
    private static Hold hold(int number) {
        return new Hold(
                new AcquireCommand(
                        List.of(new Part("r" + number, Claim.EXCLUSIVE)),
                        null,
                        null,
                        null,
                        new Terms(1_000, 0, Map.of()),
                        new Token(0, number),
                        0),
                number);
    }

    @Test
    void theNewestAreRememberedAndNoMoreThanTheBound() {
        BrokenHolds holds = new BrokenHolds(10);
        for (int i = 0; i < 25; i++) {
            holds.add(hold(i), "reason " + i);
        }
        for (int i = 0; i < 25; i++) {
            BrokenHold found = holds.find("r" + i, new Token(0, i));
            assertEquals(i < 15 ? null : "reason " + i, found == null ? null : found.reason());
        }
        assertNull(holds.find("r23", new Token(0, 24)), "the token is that of another resource");
        assertNull(holds.find("r24", null));
    }
}
