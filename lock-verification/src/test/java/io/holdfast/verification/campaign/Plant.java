package io.holdfast.verification.campaign;

import java.util.List;

/**
 * A bug put in on purpose: the real source with some words replaced, compiled, and put before the real classes. So no switch
 * for it is in the product.
 *
 * @param name what it does wrong
 * @param scenario what gives it away
 * @param inClient whether it is in the client library and not in the server
 */
record Plant(String name, Scenario scenario, boolean inClient, List<Edit> edits) {
    /** What the runs are that have to find it. */
    enum Scenario {
        /** A server in memory mode, left in peace. */
        CALM,
        /** The same with clients that wait long and give up at once. */
        PATIENT,
        /** The same with the server's own account. */
        JOURNAL,
        DUPLICATES,
        CUT_CLIENTS,
        FAST_CLOCK,
        KILL_MEMORY,
        KILL_DURABLE,
        /** The same while its disk is slow. */
        KILL_SLOW,
        STOP_LEADER;

        /** Its run with that number, by that seed. */
        Plan plan(int number, long seed) {
            return switch (this) {
                case CALM -> Plan.planted(number, seed, Mode.MEMORY, Workload.MIXED, List.of(), 6_000, false);
                case PATIENT -> Plan.planted(number, seed, Mode.MEMORY, Workload.PATIENT, List.of(), 18_000, false);
                case JOURNAL -> Plan.planted(number, seed, Mode.MEMORY, Workload.EXCLUSIVE, List.of(), 12_000, true);
                case DUPLICATES -> planted(number, seed, Mode.MEMORY, FaultKind.DUPLICATES, 8_000, 2_000);
                case CUT_CLIENTS ->
                    Plan.planted(
                            number,
                            seed,
                            Mode.MEMORY,
                            Workload.SLOW,
                            List.of(new Plan.Strike(FaultKind.CUT_CLIENTS, 1_000, 16_000)),
                            1_000,
                            false);
                case FAST_CLOCK -> planted(number, seed, Mode.MEMORY, FaultKind.CLOCK_STEPS, 12_000, 1_000);
                case KILL_MEMORY -> planted(number, seed, Mode.MEMORY, FaultKind.KILL_SERVER, 1_000, 4_000);
                case KILL_DURABLE -> planted(number, seed, Mode.DURABLE, FaultKind.KILL_SERVER, 1_000, 4_000);
                case KILL_SLOW ->
                    Plan.planted(
                            number,
                            seed,
                            Mode.DURABLE,
                            Workload.MIXED,
                            List.of(
                                    new Plan.Strike(FaultKind.SLOW_DISK, 2_000, 6_000),
                                    new Plan.Strike(FaultKind.KILL_SERVER, 5_000, 1_000)),
                            4_000,
                            false);
                case STOP_LEADER -> planted(number, seed, Mode.REPLICATED, FaultKind.STOP_LEADER, 9_000, 4_000);
            };
        }

        private static Plan planted(int number, long seed, Mode mode, FaultKind kind, long lasts, int drain) {
            Plan.Strike strike = new Plan.Strike(kind, 3_000, lasts);
            return Plan.planted(number, seed, mode, Workload.MIXED, List.of(strike), drain, false);
        }
    }

    /**
     * Some words of a source file, which must be in it once.
     *
     * @param file below the folder of the modules
     */
    record Edit(String file, String words, String instead) {}
}
