package io.holdfast.verification.simulation;

/** One thing a simulated node does at a moment of its own time; setting it anew forgets the moment before. */
final class SimulatedAlarm {
    private final SimulatedNode node;
    private final Runnable action;
    private int settings;

    SimulatedAlarm(SimulatedNode node, Runnable action) {
        this.node = node;
        this.action = action;
    }

    void at(long nodeMillis) {
        int setting = ++settings;
        node.after(nodeMillis - node.nowMillis(), () -> {
            if (setting == settings) {
                action.run();
            }
        });
    }

    void cancel() {
        settings++;
    }
}
