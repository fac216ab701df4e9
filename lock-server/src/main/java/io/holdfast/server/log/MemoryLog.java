package io.holdfast.server.log;

/** Keeps nothing: what happened is as durable as it will ever be at once. */
public final class MemoryLog implements CommandLog {
    @Override
    public void append(byte[] command) {}

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public void whenDurable(Runnable action, Runnable lost) {
        action.run();
    }

    @Override
    public boolean isFull() {
        return false;
    }
}
