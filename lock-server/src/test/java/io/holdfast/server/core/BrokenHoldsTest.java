package io.holdfast.server.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;

final class BrokenHoldsTest {
    @Test
    void theNewestAreRememberedAndNoMoreThanTheBound() {
        BrokenHolds holds = new BrokenHolds(10);
        for (int i = 0; i < 25; i++) {
            List<Part> parts = List.of(new Part("r" + i, Claim.EXCLUSIVE));
            holds.add(new Token(0, i), new BrokenHold(parts, "reason " + i));
        }
        for (int i = 0; i < 25; i++) {
            BrokenHold found = holds.find("r" + i, new Token(0, i));
            assertEquals(i < 15 ? null : "reason " + i, found == null ? null : found.reason());
        }
        assertNull(holds.find("r23", new Token(0, 24)), "the token is that of another resource");
        assertNull(holds.find("r24", null));
    }
}
