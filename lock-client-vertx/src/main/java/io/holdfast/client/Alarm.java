package io.holdfast.client;

import io.holdfast.client.core.Agenda;
import org.jspecify.annotations.Nullable;

/** One thing to be done later, which may be put off or dropped. To be used on the client's context only. */
final class Alarm {
    private final Ticker ticker;
    private final Runnable action;
    private Agenda.@Nullable Entry entry;

    Alarm(Ticker ticker, Runnable action) {
        this.ticker = ticker;
        this.action = action;
    }

    /** Goes off at that moment, and no longer at the one set before. */
    void at(long dueMillis) {
        cancel();
        entry = ticker.at(dueMillis, this::goOff);
    }

    /** As {@link #at}, unless it is set to an earlier moment already. */
    void atLatest(long dueMillis) {
        if (entry == null || entry.dueMillis() > dueMillis) {
            at(dueMillis);
        }
    }

    void after(long delayMillis) {
        at(ticker.nowMillis() + delayMillis);
    }

    void cancel() {
        if (entry != null) {
            ticker.cancel(entry);
            entry = null;
        }
    }

    private void goOff() {
        entry = null;
        action.run();
    }
}
