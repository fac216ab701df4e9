package io.holdfast.server.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TimersTest {
    private static final class Named extends Timer {
        private final String name;

        private Named(String name) {
            this.name = name;
        }

        @Override
        public TimerKind kind() {
            return TimerKind.LEASE;
        }
    }

    private final List<String> ended = new ArrayList<>();
    private long nowMillis;
    private Timers timers = new Timers(0);

    private void tickAt(long millis) {
        nowMillis = millis;
        while (timers.tick(millis, 100, timer -> ended.add(((Named) timer).name))) {
            // there is more
        }
    }

    private void runUntil(long millis) {
        while (nowMillis < millis) {
            tickAt(nowMillis + 100);
        }
    }

    @Test
    void endsAfterItsDelayAndWithinAQuarterSecond() {
        timers.arm(new Named("a"), 0, 1_000);
        runUntil(1_000);
        assertEquals(List.of(), ended);
        runUntil(1_300);
        assertEquals(List.of("a"), ended);
    }

    @Test
    void aCancelledTimerNeverEndsNotEvenWhenItWasSuspected() {
        Named timer = new Named("a");
        timers.arm(timer, 0, 1_000);
        runUntil(1_100);
        timers.cancel(timer);
        runUntil(5_000);
        timers.cancel(timer);
        assertEquals(List.of(), ended);
    }

    @Test
    void oneTickIsNotEnough() {
        timers.arm(new Named("a"), 0, 500);
        tickAt(900);
        tickAt(949);
        assertEquals(List.of(), ended);
        tickAt(950);
        assertEquals(List.of("a"), ended);
    }

    @Test
    void anExtendedTimerEndsByItsNewDeadline() {
        Named timer = new Named("a");
        timers.arm(timer, 0, 1_000);
        runUntil(900);
        timers.extend(timer, 900, 1_000);
        assertEquals(1_000, timers.remainingMillis(timer, 900));
        runUntil(1_900);
        assertEquals(List.of(), ended);
        runUntil(2_200);
        assertEquals(List.of("a"), ended);
        assertEquals(0, timers.remainingMillis(timer, 2_200));
    }

    @Test
    void extendingNeverShortens() {
        Named timer = new Named("a");
        timers.arm(timer, 0, 1_000);
        timers.extend(timer, 100, 10);
        assertEquals(900, timers.remainingMillis(timer, 100));
    }

    @Test
    void deadlinesBeyondTheWheelAreKept() {
        timers.arm(new Named("hour"), 0, 3_600_000);
        runUntil(3_600_000);
        assertEquals(List.of(), ended);
        runUntil(3_600_300);
        assertEquals(List.of("hour"), ended);
    }

    @Test
    void aStallIsGivenBackAndFollowedByAQuietSecond() {
        timers.arm(new Named("a"), 0, 2_000);
        runUntil(1_900);
        tickAt(61_900);
        Named fresh = new Named("b");
        timers.arm(fresh, 61_900, 100);
        runUntil(62_800);
        assertEquals(List.of(), ended, "nothing ends in the quiet second");
        runUntil(63_400);
        assertEquals(
                List.of("a", "b").stream().sorted().toList(),
                ended.stream().sorted().toList());
    }

    @Test
    void aTickLooksAtWhatIsDueAndAtNoMoreThanItsBudget() {
        for (int i = 0; i < 1_000; i++) {
            timers.arm(new Named("due" + i), 0, 500);
            timers.arm(new Named("later" + i), 0, 60_000);
        }
        List<Timer> due = new ArrayList<>();
        timers.tick(700, 10, due::add);
        timers.tick(760, 10, due::add);
        assertEquals(10, due.size());
        assertTrue(timers.tick(820, 10, due::add), "there is more");
        runUntil(12_000);
        assertEquals(1_000, ended.size() + due.size());
        assertFalse(timers.tick(12_100, 10, due::add));
    }

    /** A few that die among many that live used to be found at the pace of one small batch per tick. */
    @Test
    void theLivingDoNotDelayTheDying() {
        List<Named> living = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            Named timer = new Named("living");
            timers.arm(timer, 0, 10_000);
            living.add(timer);
        }
        for (int i = 0; i < 1_000; i++) {
            timers.arm(new Named("dying"), 0, 9_000 + i);
        }
        runUntil(8_900);
        living.forEach(timer -> timers.extend(timer, nowMillis, 10_000));
        runUntil(10_300);
        assertEquals(1_000, ended.size());
    }

    @Test
    void whatIsArmedInAStallThatNoTickHasSeenGetsItsDelayAndNoMore() {
        runUntil(1_000);
        Named timer = new Named("a");
        timers.arm(timer, 3_601_000, 2_000);
        tickAt(3_601_000);
        runUntil(3_602_900);
        assertEquals(List.of(), ended);
        runUntil(3_603_300);
        assertEquals(List.of("a"), ended);
    }

    @Test
    void holdsAgainstANaiveListOfDeadlines() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        List<Named> armed = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            runUntil(nowMillis + 100);
            for (Named timer : List.copyOf(armed)) {
                boolean gone = ended.contains(timer.name);
                assertFalse(gone && timer.deadlineMillis > nowMillis, "too early, seed " + seed);
                assertTrue(gone || timer.deadlineMillis > nowMillis - 300, "too late, seed " + seed);
                if (gone) {
                    armed.remove(timer);
                    ended.remove(timer.name);
                }
            }
            if (random.nextInt(3) == 0) {
                Named timer = new Named("t" + step);
                timers.arm(timer, nowMillis, random.nextInt(200_000));
                armed.add(timer);
            }
            if (!armed.isEmpty() && random.nextInt(3) == 0) {
                Named timer = armed.get(random.nextInt(armed.size()));
                if (random.nextBoolean()) {
                    timers.extend(timer, nowMillis, random.nextInt(200_000));
                } else {
                    timers.cancel(timer);
                    armed.remove(timer);
                }
            }
        }
    }
}
