package io.holdfast.verification.simulation;

import static org.junit.jupiter.api.Assertions.fail;

import io.holdfast.verification.simulation.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks that find nothing when something is wrong are worth nothing: every planted bug is found within a bounded number of seeds. */
final class SimulationCatchesTest {
    private static final long SEEDS = 500;

    @ParameterizedTest
    @CsvSource({
        "CLIENT_COUNTS_FROM_THE_ANSWER, BACKED_BELIEF",
        "CLIENT_IGNORES_LOST_HEARTBEATS, BACKED_BELIEF",
        "CLIENT_NEVER_GIVES_BACK, LIVENESS",
        "SERVER_CLOCK_FAST, BACKED_BELIEF",
        "DISK_WIPED, EXCLUSION",
        "TOKENS_START_AGAIN, TOKEN_ORDER",
        "REQUESTS_FORGOTTEN, ONE_GRANT_PER_REQUEST",
        "STALE_HEARTBEAT_CONFIRMED, EXCLUSION",
        "DEAD_WAITERS_KEPT, NO_GRANT_TO_THE_DEAD",
        "RELEASE_WAKES_NOBODY, NO_LOST_WAKE_UP",
        "CANCEL_DOES_NOTHING, ONE_GRANT_PER_REQUEST",
        "TICKS_FORGOTTEN, LEASE_LENGTH",
        "TRY_OVERTAKES, TICKET_ORDER",
        "SESSION_COUNTS_FROM_THE_ANSWER, BACKED_BELIEF",
        "SLEEP_NOT_NOTICED, BACKED_BELIEF",
        "SESSION_RESURRECTED, SESSION_LIFE",
        "SESSION_CLOSE_LEAVES_LOCKS, SESSION_LIFE",
        "GRACE_CUT_SHORT, BACKED_BELIEF",
        "LOSS_FORGOTTEN_BEFORE_HEARD, LOSS_TOLD",
        "WANTED_NOT_TOLD, WANTED_TOLD",
        "CLIENT_IGNORES_LOSSES, LOSS_TOLD",
    })
    void aPlantedBugIsFound(Plant plant, Rule rule) {
        List<String> found = new ArrayList<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            Violation violation = Simulation.play(seed, plant).violation();
            if (violation != null && violation.rule() == rule) {
                return;
            }
            if (violation != null) {
                found.add("seed " + seed + ": " + violation.getMessage());
            }
        }
        fail(() -> plant + " broke no " + rule + ", only " + found);
    }
}
