package io.holdfast.verification.checker;

import java.util.ArrayList;
import java.util.List;

/** When servers were down, and whether they forgot what they had granted. */
final class Outages {
    private final List<Outage> all = new ArrayList<>();

    /** From just before a server was stopped until it served again. */
    static final class Outage implements Witness {
        final String server;
        final boolean forgets;
        final long downMicros;
        long upMicros = Long.MAX_VALUE;

        Outage(String server, boolean forgets, long downMicros) {
            this.server = server;
            this.forgets = forgets;
            this.downMicros = downMicros;
        }

        @Override
        public String told() {
            String up = upMicros == Long.MAX_VALUE ? "?" : Words.time(upMicros);
            return "[" + Words.time(downMicros) + " .. " + up + "] " + server + " was down"
                    + (forgets ? " and forgot its holds" : "");
        }
    }

    private long lastForgottenMicros = -1;

    void note(HistoryEvent.Outage event) {
        if (!event.isUp()) {
            all.add(new Outage(event.server(), event.forgets(), event.atMicros()));
            if (event.forgets()) {
                lastForgottenMicros = Long.MAX_VALUE;
            }
            return;
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            Outage outage = all.get(i);
            if (outage.server.equals(event.server()) && outage.upMicros == Long.MAX_VALUE) {
                outage.upMicros = event.atMicros();
            }
        }
        lastForgottenMicros = all.stream()
                .filter(outage -> outage.forgets)
                .mapToLong(outage -> outage.upMicros)
                .max()
                .orElse(-1);
    }

    List<Outage> all() {
        return all;
    }

    int count() {
        return all.size();
    }

    /** Whether what was granted at {@code grantedMicros} or later may have been forgotten by now. */
    boolean mayHaveForgotten(long grantedMicros) {
        return lastForgottenMicros >= grantedMicros;
    }
}
