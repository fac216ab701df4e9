package io.holdfast.verification.campaign;

/** What can be done to the system. */
enum FaultKind {
    KILL_SERVER("kill-server"),
    KILL_LEADER("kill-leader"),
    KILL_FOLLOWER("kill-follower"),
    KILL_CLIENT("kill-client"),
    STOP_SERVER("stop-server"),
    STOP_LEADER("stop-leader"),
    STOP_FOLLOWER("stop-follower"),
    STOP_CLIENT("stop-client"),
    LOST_ANSWERS("lost-answers"),
    DELAYS("delays"),
    DUPLICATES("duplicates"),
    STORM("storm"),
    CUT_CLIENTS("cut-clients"),
    HALF_OPEN("half-open"),
    SERVER_CLOCK("server-wall-clock"),
    CLOCK_STEPS("server-wall-clock-steps"),
    CLIENT_CLOCK("client-wall-clock"),
    ISOLATE_LEADER("isolate-leader"),
    DEAFEN_LEADER("one-way-partition"),
    SLOW_DISK("slow-disk"),
    FULL_DISK("full-disk"),
    ROLLING_RESTART("rolling-restart");

    private final String word;

    FaultKind(String word) {
        this.word = word;
    }

    /** As it stands in a history. */
    String word() {
        return word;
    }

    boolean fits(Mode mode) {
        return switch (this) {
            case KILL_SERVER, STOP_SERVER -> mode != Mode.REPLICATED;
            case KILL_LEADER, KILL_FOLLOWER, STOP_LEADER, STOP_FOLLOWER, ISOLATE_LEADER, DEAFEN_LEADER ->
                mode == Mode.REPLICATED;
            case SLOW_DISK, FULL_DISK -> mode != Mode.MEMORY;
            default -> true;
        };
    }
}
