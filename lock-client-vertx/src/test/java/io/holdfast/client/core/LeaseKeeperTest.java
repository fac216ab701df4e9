package io.holdfast.client.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.core.LeaseKeeper.Step;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LeaseKeeperTest {
    private static final long TTL = 45_000;
    private static final long DEADLINE = 40_500;

    private final LeaseKeeper keeper = new LeaseKeeper(Lease.granted(0, 0, TTL, TTL), new SplittableRandom(1));

    @Test
    void c2_theBeatIsDueAfterAThirdOfTheLeaseWithJitterToTheEarlySide() {
        for (long seed = 0; seed < 100; seed++) {
            long due = new LeaseKeeper(Lease.granted(0, 0, TTL, TTL), new SplittableRandom(seed)).dueMillis();
            assertTrue(due >= 13_500 && due <= 15_000, "seed " + seed + " is due at " + due);
        }
        assertFalse(new LeaseKeeper(Lease.granted(0, 0, TTL, TTL), new SplittableRandom(2)).dueMillis()
                == keeper.dueMillis());
    }

    @Test
    void c2_aGrantWithLittleLeftIsRenewedSoon() {
        LeaseKeeper late = new LeaseKeeper(Lease.granted(0, 0, TTL, 3_000), new SplittableRandom(1));
        assertTrue(late.dueMillis() <= 1_000);
    }

    @Test
    void c2_beatsFollowEachOtherForAsLongAsTheyAreConfirmed() {
        long last = 0;
        for (int i = 0; i < 1_000; i++) {
            long due = keeper.dueMillis();
            assertTrue(due - last <= TTL / 3);
            assertEquals(Step.NOTHING, keeper.step(due - 1));
            assertEquals(Step.BEAT, keeper.step(due));
            assertEquals(Step.NOTHING, keeper.beatConfirmed(due + 10, null));
            assertEquals(due + DEADLINE, keeper.hold().lease().deadlineMillis());
            last = due;
        }
    }

    @Test
    void c2_neverTwoBeatsAtOnce() {
        assertEquals(Step.BEAT, keeper.step(15_000));
        for (long now = 15_000; now < DEADLINE; now += 100) {
            assertEquals(Step.NOTHING, keeper.step(now));
        }
        assertEquals(DEADLINE, keeper.dueMillis());
    }

    @Test
    void c2_aFailedBeatIsRepeatedWithBackOffInsideTheDeadline() {
        long now = keeper.dueMillis();
        int beats = 0;
        long firstPause = 0;
        long lastPause = 0;
        while (keeper.step(now) == Step.BEAT) {
            beats++;
            assertEquals(Step.NOTHING, keeper.beatFailed(now));
            lastPause = keeper.dueMillis() - now;
            firstPause = beats == 1 ? lastPause : firstPause;
            now = keeper.dueMillis();
        }
        assertEquals(DEADLINE, now);
        assertEquals(LossCause.SILENCE, keeper.hold().loss());
        assertTrue(firstPause >= 250 && firstPause <= 500, "first pause was " + firstPause);
        assertTrue(beats >= 8 && beats <= 20, "there were " + beats + " beats");
        assertTrue(lastPause <= 5_000);
    }

    @Test
    void c2_aStuckBeatLeavesTimeForAnotherHoweverShortTheLease() {
        LeaseKeeper brief = new LeaseKeeper(Lease.granted(0, 0, 1_000, 1_000), new SplittableRandom(1));
        assertEquals(166, brief.beatTimeoutMillis(5_000));
        assertEquals(5_000, keeper.beatTimeoutMillis(5_000));
    }

    @Test
    void c3_lostComesAtTheDeadlineAlsoWithABeatUnderWay() {
        assertEquals(Step.BEAT, keeper.step(15_000));
        assertEquals(Step.NOTHING, keeper.step(DEADLINE - 1));
        assertEquals(Step.LOST, keeper.step(DEADLINE));
        assertEquals(Step.NOTHING, keeper.step(DEADLINE + 1));
    }

    @Test
    void c3_lostIsFinalSoAConfirmationAfterTheDeadlineIsTooLate() {
        assertEquals(Step.BEAT, keeper.step(15_000));
        assertEquals(Step.LOST, keeper.beatConfirmed(DEADLINE, TTL));
        assertFalse(keeper.hold().isHeld(DEADLINE));
        assertEquals(LossCause.SILENCE, keeper.hold().loss());
    }

    @Test
    void c3_theFirstReasonStays() {
        assertEquals(Step.BEAT, keeper.step(15_000));
        assertEquals(Step.LOST, keeper.beatRefused(LossCause.BROKEN));
        assertEquals(Step.NOTHING, keeper.beatRefused(LossCause.OTHER_TOKEN));
        keeper.foundLost(LossCause.LEASE_GONE);
        assertEquals(LossCause.BROKEN, keeper.hold().loss());
    }

    @Test
    void c3_aMachineThatSleptHasLostTheLeaseWhateverTheClockSays() {
        assertEquals(Step.BEAT, keeper.step(15_000));
        assertEquals(Step.LOST, keeper.slept());
        assertEquals(Step.NOTHING, keeper.beatConfirmed(15_010, TTL));
        assertEquals(LossCause.SLEPT, keeper.hold().loss());
        assertFalse(keeper.hold().isHeld(15_010));
        LeaseKeeper given = new LeaseKeeper(Lease.granted(0, 0, TTL, TTL), new SplittableRandom(1));
        given.end(1);
        assertEquals(Step.NOTHING, given.slept());
        assertNull(given.hold().loss());
    }

    @Test
    void aBeatCanBeAskedForSoonerButNotTwiceAtOnce() {
        keeper.beatSoon(100);
        assertEquals(Step.BEAT, keeper.step(100));
        keeper.beatSoon(110);
        assertEquals(Step.NOTHING, keeper.step(110));
        keeper.beatConfirmed(120, TTL);
        keeper.beatSoon(130);
        assertEquals(Step.BEAT, keeper.step(130));
    }

    @Test
    void aHeartbeatMaySayThatLessIsLeft() {
        assertEquals(Step.BEAT, keeper.step(15_000));
        keeper.beatConfirmed(15_010, 10_000L);
        assertEquals(24_000, keeper.hold().lease().deadlineMillis());
        assertTrue(keeper.dueMillis() <= 15_000 + 10_000 / 3);
    }

    @Test
    void c5_nothingIsSentAndNoAnswerCountsAfterTheEnd() {
        assertEquals(Step.BEAT, keeper.step(15_000));
        assertTrue(keeper.end(16_000));
        assertEquals(Step.NOTHING, keeper.beatRefused(LossCause.LEASE_GONE));
        assertEquals(Step.NOTHING, keeper.beatConfirmed(16_000, TTL));
        assertEquals(Step.NOTHING, keeper.beatFailed(DEADLINE + 1));
        assertEquals(Step.NOTHING, keeper.step(DEADLINE + 1));
        assertNull(keeper.hold().loss());
    }

    @Test
    void c5_endingAfterTheDeadlineFindsTheLoss() {
        assertFalse(keeper.end(DEADLINE));
        assertEquals(LossCause.SILENCE, keeper.hold().loss());
    }

    @Test
    void c5_endingTwiceIsHarmless() {
        assertTrue(keeper.end(1));
        assertFalse(keeper.end(2));
        assertNull(keeper.hold().loss());
    }
}
