package io.holdfast.server;

import io.vertx.core.Vertx;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The time in which nothing is granted because of what an earlier run may have granted. */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private Recovery() {}

    /** Writes on a worker thread that the time is over, when it is; does nothing if there is none. */
    static void noteAfter(long millis, Vertx vertx, Note note) {
        if (millis > 0) {
            vertx.setTimer(millis + Ticks.PERIOD_MS, id -> vertx.executeBlocking(() -> {
                        note.write();
                        return true;
                    })
                    .onFailure(e -> LOG.error("Cannot write the state file: {}", e.getMessage())));
        }
    }

    /** Tells the next run. */
    @FunctionalInterface
    interface Note {
        void write() throws IOException;
    }
}
