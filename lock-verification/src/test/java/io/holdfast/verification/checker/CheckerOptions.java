package io.holdfast.verification.checker;

import java.time.Duration;

/**
 * How to check. Immutable.
 *
 * @param livenessBound how long something may be free while somebody waits for it
 * @param operationsMin with fewer answered operations the run is void
 * @param grantsMin with fewer grants the run is void
 * @param contendedMin with fewer acquires that waited or were refused the run is void
 * @param remembered how many holds and requests are remembered after their end
 */
public record CheckerOptions(
        Duration livenessBound, long operationsMin, long grantsMin, long contendedMin, int remembered) {
    /** For a run of a minute or more. */
    public static CheckerOptions defaults() {
        return new CheckerOptions(Duration.ofSeconds(5), 10_000, 1_000, 100, 20_000);
    }

    /** For small histories: nothing is void. */
    public static CheckerOptions anySize() {
        return new CheckerOptions(Duration.ofSeconds(5), 0, 0, 0, 20_000);
    }

    CheckerOptions withRemembered(int count) {
        return new CheckerOptions(livenessBound, operationsMin, grantsMin, contendedMin, count);
    }
}
