package io.holdfast.client.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class SessionLocksTest {
    private static final int MAX_LOSSES = 3;

    private final SessionLocks<String> locks = new SessionLocks<>(MAX_LOSSES, 0);

    private static SessionLocks.Loss loss(long fence) {
        return new SessionLocks.Loss(fence, LossCause.LEASE_GONE, "");
    }

    private SessionLocks.Loss add(String lock, long fence) {
        return locks.add(lock, OptionalLong.of(fence), List.of(lock));
    }

    @Test
    void whatWasLostIsToldToItsLockOnly() {
        assertNull(add("a", 1));
        assertNull(add("b", 2));
        SessionLocks.News<String> news = locks.hear(5, List.of(loss(2)), List.of());
        assertEquals(List.of(new SessionLocks.Lost<>("b", loss(2))), news.lost());
        assertTrue(news.complete());
        assertEquals(OptionalLong.of(5), locks.ackSeq());
    }

    @Test
    void aLossThatIsHeardBeforeTheGrantIsNotForgotten() {
        assertEquals(List.of(), locks.hear(1, List.of(loss(7)), List.of()).lost());
        assertEquals(loss(7), add("a", 7));
        assertNull(add("b", 7), "told once");
    }

    @Test
    void lossesWhoseGrantsNeverComeAreBounded() {
        for (long fence = 1; fence <= 1_001; fence++) {
            locks.hear(fence, List.of(loss(fence)), List.of());
        }
        assertNull(add("oldest", 1));
        assertEquals(loss(2), add("next", 2));
    }

    /** There may be more, of what is believed in still. */
    @Test
    void anAnswerFullOfLossesIsNotComplete() {
        List<SessionLocks.Loss> losses =
                LongStream.range(0, MAX_LOSSES).mapToObj(SessionLocksTest::loss).toList();
        assertFalse(locks.hear(MAX_LOSSES, losses, List.of()).complete());
    }

    @Test
    void theAcknowledgementNeverGoesBack() {
        assertEquals(OptionalLong.empty(), locks.ackSeq());
        locks.hear(4, List.of(), List.of());
        locks.hear(2, List.of(), List.of());
        assertEquals(OptionalLong.of(4), locks.ackSeq());
    }

    @Test
    void whoHoldsANameTwiceHearsTwiceThatItIsWanted() {
        locks.add("one", OptionalLong.of(1), List.of("x", "y"));
        locks.add("other", OptionalLong.of(2), List.of("x"));
        assertEquals(
                List.of("one", "other"), locks.hear(0, List.of(), List.of("x")).wanted());
        assertEquals(List.of("one"), locks.hear(0, List.of(), List.of("y", "z")).wanted());
        locks.remove("one", OptionalLong.of(1), List.of("x", "y"), 10);
        assertEquals(
                List.of("other"), locks.hear(0, List.of(), List.of("x", "y")).wanted());
        assertEquals(List.of("other"), locks.all());
    }

    @Test
    void itIsUnusedAWholeLeaseAfterTheLastUse() {
        add("a", 1);
        assertFalse(locks.isUnused(1_000_000, 1_000));
        locks.remove("a", OptionalLong.of(1), List.of("a"), 5_000);
        assertFalse(locks.isUnused(5_999, 1_000));
        assertTrue(locks.isUnused(6_000, 1_000));
        locks.use(6_500);
        assertFalse(locks.isUnused(7_000, 1_000));
    }
}
