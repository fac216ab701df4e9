package io.holdfast.client.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class AcquirePlanTest {
    private static final long START = 1_000;
    private static final long NO_BOUND = Long.MAX_VALUE;

    @Test
    void aTryIsNotHeldByTheServer() {
        AcquirePlan plan = plan(0, NO_BOUND);
        assertTrue(plan.isTry());
        assertEquals(0, plan.sliceMillis(START));
        assertEquals(OptionalLong.empty(), plan.reattachAfterMillis(START));
    }

    @Test
    void aLongWaitIsARowOfSlicesAndTheLastOneIsWhatIsLeft() {
        AcquirePlan plan = plan(50_000, NO_BOUND);
        assertEquals(20_000, plan.sliceMillis(START));
        assertEquals(OptionalLong.of(19_000), plan.reattachAfterMillis(START));
        assertEquals(20_000, plan.sliceMillis(START + 19_000));
        assertEquals(OptionalLong.of(19_000), plan.reattachAfterMillis(START + 19_000));
        assertEquals(12_000, plan.sliceMillis(START + 38_000));
        assertEquals(OptionalLong.empty(), plan.reattachAfterMillis(START + 38_000));
        assertEquals(0, plan.sliceMillis(START + 50_001));
    }

    @Test
    void aShortLeaseMakesShortSlicesThatAreStillReattachedInTime() {
        AcquirePlan plan = plan(50_000, 5_000);
        assertEquals(5_000, plan.sliceMillis(START));
        assertEquals(OptionalLong.of(4_000), plan.reattachAfterMillis(START));
        assertEquals(OptionalLong.of(750), plan(50_000, 1_500).reattachAfterMillis(START));
    }

    @Test
    void withoutDoubtItIsRepeatedWithinTheWaitOnly() {
        AcquirePlan plan = plan(2_000, NO_BOUND);
        OptionalLong first = plan.repeatAfterMillis(START, 0);
        assertTrue(first.getAsLong() >= 25 && first.getAsLong() <= 50, first::toString);
        assertTrue(plan.repeatAfterMillis(START + 1_000, 0).isPresent());
        assertEquals(OptionalLong.empty(), plan.repeatAfterMillis(START + 1_999, 0));
        assertFalse(plan.endsInDoubt());
        assertFalse(plan.isOver(START + 1_999));
        assertTrue(plan.isOver(START + 2_000));
    }

    @Test
    void c7_aTryInDoubtIsRepeatedForTenSecondsAfterItsAnswerWasDue() {
        AcquirePlan plan = plan(0, NO_BOUND);
        plan.unanswered(START + 5_000, START, START);
        assertTrue(plan.isInDoubt());
        assertTrue(plan.repeatAfterMillis(START + 9_000, 0).isPresent());
        assertEquals(OptionalLong.empty(), plan.repeatAfterMillis(START + 10_000, 0));
        assertTrue(plan.endsInDoubt());
    }

    @Test
    void c7_whatBreaksWhileItWaitsIsInDoubtFromThenOn() {
        AcquirePlan plan = plan(60_000, NO_BOUND);
        plan.unanswered(START + 15_000, START, START + 20_000);
        assertTrue(plan.repeatAfterMillis(START + 24_900, 0).isPresent());
        assertEquals(OptionalLong.empty(), plan.repeatAfterMillis(START + 25_000, 0));
        assertTrue(plan.endsInDoubt());
    }

    @Test
    void c7_furtherSilenceDoesNotExtendTheTime() {
        AcquirePlan plan = plan(60_000, NO_BOUND);
        plan.unanswered(START, START, START);
        plan.unanswered(START + 9_000, START + 9_000, START + 29_000);
        assertEquals(OptionalLong.empty(), plan.repeatAfterMillis(START + 10_000, 0));
    }

    @Test
    void c7_eachConnectionThatLastedAWhileStartsTheTimeAnew() {
        AcquirePlan plan = plan(60_000, NO_BOUND);
        plan.unanswered(START, START, START + 20_000);
        plan.unanswered(START + 15_000, START + 100, START + 20_100);
        assertTrue(plan.repeatAfterMillis(START + 24_900, 0).isPresent());
        assertEquals(OptionalLong.empty(), plan.repeatAfterMillis(START + 25_000, 0));
    }

    @Test
    void c7_anAnswerEndsTheDoubt() {
        AcquirePlan plan = plan(60_000, NO_BOUND);
        plan.unanswered(START, START, START);
        plan.answered();
        assertFalse(plan.isInDoubt());
        assertTrue(plan.repeatAfterMillis(START + 30_000, 0).isPresent());
    }

    @Test
    void c7_theWaitsOwnLimitComesFirst() {
        AcquirePlan plan = plan(3_000, NO_BOUND);
        plan.unanswered(START, START, START);
        assertEquals(OptionalLong.empty(), plan.repeatAfterMillis(START + 3_000, 0));
        assertFalse(plan.endsInDoubt());
    }

    private static AcquirePlan plan(long waitMillis, long maxWaitPerRequestMillis) {
        return new AcquirePlan(START, waitMillis, maxWaitPerRequestMillis, new SplittableRandom(7));
    }
}
