package io.holdfast.verification.campaign;

import io.holdfast.verification.checker.CheckerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * What one run is to be, all of it drawn from a seed.
 *
 * @param number of the run
 * @param seed of its clients, its ports and its weather
 * @param strikes the faults
 * @param isFenced whether the store checks the fence; without it the run has to fail, as a control
 */
record Plan(int number, long seed, Mode mode, Workload workload, List<Strike> strikes, boolean isFenced, Pace pace) {
    private static final long EARLIEST_MILLIS = 2_000;
    private static final long SHORTEST_MILLIS = 1_000;

    /**
     * How long a run is.
     *
     * @param children client processes
     * @param drainMillis how long clients work on after the last fault
     * @param moreSeconds how much longer on a slow machine, until there are enough operations
     * @param journal whether what the servers say of themselves is written into the history, too
     * @param options by which it is checked
     */
    record Pace(int children, int drainMillis, int moreSeconds, boolean journal, CheckerOptions options) {
        /** Of a campaign. Fewer operations, and a run says nothing. */
        static final Pace WHOLE =
                new Pace(2, 7_000, 25, false, new CheckerOptions(Duration.ofSeconds(5), 3_000, 300, 50, 20_000));
        /** Of a smoke. */
        static Pace brief(int children) {
            return new Pace(children, 3_000, 5, false, new CheckerOptions(Duration.ofSeconds(5), 500, 50, 10, 20_000));
        }
    }

    /** A fault, and when. */
    record Strike(FaultKind kind, long afterMillis, long lastsMillis) {}

    /** The run of that number of a campaign. */
    static Plan draw(int number, long campaignSeed) {
        long seed = new Random(campaignSeed * 1_000_003 + number).nextLong();
        Random random = new Random(seed);
        Mode mode = List.of(Mode.values()).get(number % Mode.values().length);
        Workload workload = random.nextInt(3) == 0
                ? List.of(Workload.values()).get(random.nextInt(Workload.values().length - 2))
                : Workload.MIXED;
        List<FaultKind> kinds = new ArrayList<>();
        for (FaultKind kind : FaultKind.values()) {
            if (kind.fits(mode)) {
                kinds.add(kind);
            }
        }
        List<Strike> strikes = new ArrayList<>();
        int count = random.nextInt(100) < 45 ? 2 : 1;
        while (strikes.size() < count) {
            strikes.add(strike(kinds.remove(random.nextInt(kinds.size())), random));
        }
        return new Plan(number, seed, mode, workload, List.copyOf(strikes), true, Pace.WHOLE);
    }

    /** A short run with one fault. */
    static Plan smoke(int number, long seed, Mode mode, FaultKind kind, long lastsMillis) {
        Strike strike = new Strike(kind, SHORTEST_MILLIS, lastsMillis);
        Pace pace = Pace.brief(kind == FaultKind.STOP_CLIENT ? 1 : 0);
        return new Plan(number, seed + number, mode, Workload.MIXED, List.of(strike), true, pace);
    }

    /** A run that has to give a planted bug away. */
    static Plan planted(
            int number,
            long seed,
            Mode mode,
            Workload workload,
            List<Strike> strikes,
            int drainMillis,
            boolean journal) {
        Pace pace = new Pace(1, drainMillis, 0, journal, new CheckerOptions(Duration.ofSeconds(5), 0, 0, 0, 20_000));
        return new Plan(number, seed, mode, workload, strikes, true, pace);
    }

    /** A run without a fence, with clients that stand still: it has to go wrong. */
    static Plan control(int number, long seed) {
        Strike stop = new Strike(FaultKind.STOP_CLIENT, EARLIEST_MILLIS, 8_000);
        Strike late = new Strike(FaultKind.STOP_CLIENT, EARLIEST_MILLIS + 500, 8_000);
        return new Plan(number, seed, Mode.MEMORY, Workload.EXCLUSIVE, List.of(stop, late), false, Pace.WHOLE);
    }

    private static Strike strike(FaultKind kind, Random random) {
        long after = EARLIEST_MILLIS + random.nextInt(3_000);
        // From a moment up to twice the longest lease.
        return new Strike(kind, after, SHORTEST_MILLIS + random.nextInt(9_000));
    }

    boolean has(FaultKind kind) {
        return strikes.stream().anyMatch(strike -> strike.kind() == kind);
    }

    String describe() {
        return "run " + number + " seed " + seed + ": " + mode.word() + ", " + workload.word() + ", "
                + strikes.stream()
                        .map(strike -> strike.kind().word() + " at " + strike.afterMillis() + " ms for "
                                + strike.lastsMillis() + " ms")
                        .collect(Collectors.joining(", "));
    }
}
