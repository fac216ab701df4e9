package io.holdfast.client.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class WakefulKeeperTest {
    private static final int SLEEPS = 3;

    private final WakefulKeeper keeper = new WakefulKeeper(Lease.granted(0, 0, 9_000, 9_000), SLEEPS, new Random(1));

    @Test
    void sleepsBeforeTheGrantDoNotMatter() {
        assertTrue(keeper.judge(keeper.hold(), SLEEPS).isHeld(100));
        assertEquals(LeaseKeeper.Step.BEAT, keeper.step(3_000, SLEEPS));
        assertEquals(LeaseKeeper.Step.NOTHING, keeper.beaten(3_010, SLEEPS, Pulse.confirmed(9_000L)));
        assertTrue(keeper.hold().isHeld(11_000));
    }

    @Test
    void c3_aSleepIsSeenByWhoeverAsksBeforeAnythingElseNoticed() {
        Hold judged = keeper.judge(keeper.hold(), SLEEPS + 1);
        assertFalse(judged.isHeld(100));
        assertEquals(LossCause.SLEPT, judged.loss());
    }

    @Test
    void c3_aStepAfterASleepLosesTheLease() {
        assertEquals(LeaseKeeper.Step.LOST, keeper.step(100, SLEEPS + 1));
        assertTrue(keeper.isOver());
        assertEquals(LossCause.SLEPT, keeper.hold().loss());
    }

    /** It was sent before the machine slept, so it says nothing of now. */
    @Test
    void c3_anAnswerThatArrivesAfterASleepRenewsNothing() {
        assertEquals(LeaseKeeper.Step.BEAT, keeper.step(3_000, SLEEPS));
        assertEquals(LeaseKeeper.Step.LOST, keeper.beaten(3_010, SLEEPS + 1, Pulse.confirmed(9_000L)));
        assertFalse(keeper.hold().isHeld(3_020));
    }

    @Test
    void aRefusalEndsItAndAFailureDoesNot() {
        assertEquals(LeaseKeeper.Step.BEAT, keeper.step(3_000, SLEEPS));
        assertEquals(LeaseKeeper.Step.NOTHING, keeper.beaten(3_010, SLEEPS, Pulse.failed()));
        assertTrue(keeper.hold().isHeld(8_000));
        assertEquals(LeaseKeeper.Step.LOST, keeper.gone(LossCause.SESSION_GONE));
        assertEquals(LossCause.SESSION_GONE, keeper.hold().loss());
    }

    @Test
    void endingASleptAwayLeaseSaysThatItWasNotHeld() {
        assertFalse(keeper.end(100, SLEEPS + 1));
        assertTrue(new WakefulKeeper(Lease.granted(0, 0, 9_000, 9_000), SLEEPS, new Random(1)).end(100, SLEEPS));
    }
}
