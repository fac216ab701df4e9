package io.holdfast.server.service;

import io.holdfast.protocol.LockEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A listener whose events a test sees, and which a test can make slow. */
final class VirtualListener implements EventSink {
    private final Consumer<String> told;
    private final List<String> unsent = new ArrayList<>();
    private boolean full;

    VirtualListener(Consumer<String> told) {
        this.told = told;
    }

    @Override
    public boolean isFull() {
        return full;
    }

    @Override
    public void event(long id, LockEvent event) {
        StringBuilder text = new StringBuilder(id + " " + event.kind().wireName())
                .append(' ')
                .append(event.resourceName());
        append(text, "by", event.clientId());
        append(text, "fence", event.fencingToken());
        append(text, "at", event.at().toEpochMilli());
        append(text, "reason", event.reason());
        append(text, "exclusionGivenUp", event.exclusionGivenUp() ? true : null);
        unsent.add(text.toString());
    }

    private static void append(StringBuilder text, String name, @Nullable Object value) {
        if (value != null) {
            text.append(' ').append(name).append('=').append(value);
        }
    }

    @Override
    public void reset(long id) {
        unsent.add(id + " reset");
    }

    @Override
    public void comment(long id) {
        unsent.add(id + " (here)");
    }

    @Override
    public void flush() {
        unsent.forEach(told);
        unsent.clear();
    }

    @Override
    public void end() {
        told.accept("(end)");
    }

    @Override
    public void cut() {
        told.accept("(cut off)");
    }

    void fill(boolean nowFull) {
        full = nowFull;
    }
}
