package io.holdfast.verification.simulation;

import io.holdfast.server.log.RestartState;
import io.holdfast.verification.simulation.Tally.Happening;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The state file: slow at times, failing at times, and after a crash with or without the last write. */
final class SimulatedDisk {
    private final SimulatedWorld world;
    private @Nullable RestartState state;
    private @Nullable RestartState inFlight;
    private boolean rough;

    SimulatedDisk(SimulatedWorld world) {
        this.world = world;
        this.rough = world.chance(0.2);
    }

    @Nullable
    RestartState state() {
        return state;
    }

    /** Writes while nothing else goes on; one write follows the other, so whatever was begun before is over. */
    void writeNow(RestartState newState) {
        inFlight = null;
        state = newState;
    }

    void write(SimulatedNode node, RestartState newState, Consumer<Boolean> done) {
        inFlight = newState;
        boolean slow = rough && !world.isHealed();
        boolean fails = slow && world.chance(0.5);
        node.after(slow ? world.between(100, 3_000) : world.between(1, 20), () -> {
            inFlight = null;
            if (fails) {
                world.tally().count(Happening.DISK_FAILURE);
                world.log("a write to the disk fails");
            } else {
                state = newState;
            }
            done.accept(!fails);
        });
    }

    void setRough(boolean newRough) {
        rough = newRough;
    }

    /** The process died: a write it had begun is there or not. */
    void crash() {
        if (inFlight != null && world.chance(0.5)) {
            state = inFlight;
        }
        inFlight = null;
    }

    void wipe() {
        state = null;
    }
}
