package io.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class TimeSourceTest {
    private long nanos = 5_000_000_000L;
    private long wallMillis = 1_700_000_000_000L;
    private final TimeSource time = new TimeSource(() -> nanos, () -> wallMillis);

    private void pass(long millis) {
        nanos += millis * 1_000_000;
        wallMillis += millis;
    }

    @Test
    void itStartsAtZeroAndFollowsTheMonotonicClock() {
        assertEquals(0, time.nowMillis());
        pass(1_234);
        assertEquals(1_234, time.nowMillis());
    }

    @Test
    void c3_whatWasSleptIsAddedOnce() {
        pass(100);
        wallMillis += 30_000;
        assertEquals(30_100, time.nowMillis());
        assertEquals(1, time.sleeps());
        pass(50);
        assertEquals(30_150, time.nowMillis());
        wallMillis += 5_000;
        assertEquals(35_150, time.nowMillis());
        assertEquals(2, time.sleeps());
    }

    /** A lease of a second, trusted for 0.9 of it, is over for others when its holder wakes up. */
    @Test
    void c3_aSleepShorterThanASecondCountsAsTime() {
        wallMillis += 1_000;
        assertEquals(1_000, time.nowMillis());
        assertEquals(0, time.sleeps());
    }

    @Test
    void theWallClockMayGoBackByAnything() {
        wallMillis -= 3_600_000;
        assertEquals(0, time.nowMillis());
        assertEquals(0, time.sleeps());
        wallMillis += 1_001;
        assertEquals(1, time.sleeps(), "a sleep after the clock was set back");
        wallMillis -= 500;
        assertEquals(1_001, time.nowMillis());
        wallMillis += 600;
        assertEquals(1_601, time.nowMillis(), "a nap after the clock was set back a little");
    }

    @Test
    void anAdjustmentSpreadOverHoursIsNoSleep() {
        for (int minute = 0; minute < 600; minute++) {
            pass(60_000);
            wallMillis += 30; // 500 ppm
            time.nowMillis();
        }
        assertEquals(0, time.sleeps());
        assertEquals(600L * 60_030, time.nowMillis(), "by the faster clock");
    }

    /** Stopped between the two readings, the process would otherwise seem to have slept. */
    @Test
    void aPairOfReadingsThatWasInterruptedTellsNothing() {
        long[] stop = {0};
        TimeSource stopped = new TimeSource(() -> nanos, () -> {
            nanos += stop[0] * 1_000_000;
            return wallMillis += stop[0];
        });
        stop[0] = 5_000;
        assertEquals(5_000, stopped.nowMillis());
        stop[0] = 0;
        assertEquals(5_000, stopped.nowMillis());
        assertEquals(0, stopped.sleeps());
    }
}
