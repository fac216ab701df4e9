package io.holdfast.verification.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.verification.simulation.Tally.Happening;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The real service and the real client's reckoning of leases, under everything that a network and machines may do to
 * them. One seed is played with {@code -Dsimulation.seed=N}, more than usual with {@code -Dsimulation.seeds=N}.
 */
final class SimulationTest {
    private static final long SEEDS = Long.getLong("simulation.seeds", 2_000);
    private static final long REPEATED_EVERY = 50;
    /** A holder that had slept for 0.9 s believed in a lease of 1 s that was over. */
    private static final long NAP = 53_918;
    /** A crash used to bring back what an earlier run had been writing when it was stopped. */
    private static final long OLD_WRITE = 63_025;

    @Test
    void noSeedBreaksARule() {
        Long only = Long.getLong("simulation.seed");
        Tally total = new Tally();
        LongStream seeds = only == null
                ? LongStream.concat(LongStream.range(0, SEEDS), LongStream.of(NAP, OLD_WRITE))
                : LongStream.of(only);
        // Runs share nothing but the sum, so every core plays its own seeds.
        seeds.parallel().forEach(seed -> {
            Simulation simulation = Simulation.play(seed, Plant.NONE);
            assertNull(simulation.violation(), simulation::report);
            synchronized (total) {
                total.add(simulation.tally());
            }
        });
        if (only == null) {
            requireNotTooTame(total);
        }
    }

    @Test
    void aSeedIsAWholeHistory() {
        for (long seed = 0; seed < SEEDS; seed += REPEATED_EVERY) {
            assertEquals(
                    Simulation.play(seed, Plant.NONE).history(),
                    Simulation.play(seed, Plant.NONE).history());
        }
    }

    private static void requireNotTooTame(Tally total) {
        for (Happening happening : Happening.values()) {
            assertTrue(total.of(happening) >= SEEDS / 10, () -> "too little of " + happening + ": " + total);
        }
    }
}
