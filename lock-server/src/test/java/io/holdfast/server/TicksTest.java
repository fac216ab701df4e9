package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class TicksTest {
    private static final long ENOUGH_NANOS = TimeUnit.MILLISECONDS.toNanos(4 * Ticks.PERIOD_MS);
    private static final long ONE_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    /** Once the periods of long work piled up, and a server that ended a million leases was silent for 70 ms at a time. */
    @Test
    void workThatTakesManyPeriodsLeavesOthersATurnAfterEachPiece(Vertx vertx) throws Exception {
        List<Long> startedNanos = new ArrayList<>();
        Promise<Void> done = Promise.promise();
        vertx.runOnContext(go -> Ticks.every100Millis(vertx, () -> {
            startedNanos.add(System.nanoTime());
            boolean goesOn = startedNanos.get(startedNanos.size() - 1) - startedNanos.get(0) < ENOUGH_NANOS;
            if (!goesOn) {
                done.tryComplete();
            }
            return goesOn;
        }));
        await(done);
        long closest = Long.MAX_VALUE;
        for (int i = 1; i < startedNanos.size(); i++) {
            closest = Math.min(closest, startedNanos.get(i) - startedNanos.get(i - 1));
        }
        assertTrue(closest >= ONE_MILLI, "two pieces within " + closest + " ns");
    }

    @Test
    void workThatFailedIsTriedAgain(Vertx vertx) throws Exception {
        List<String> calls = new ArrayList<>();
        Promise<Void> done = Promise.promise();
        vertx.exceptionHandler(expected -> calls.add("failed"));
        vertx.runOnContext(go -> Ticks.every100Millis(vertx, () -> {
            calls.add("called");
            switch (calls.size()) {
                case 1 -> {
                    return true;
                }
                case 2 -> throw new IllegalStateException("the second time");
                default -> done.tryComplete();
            }
            return false;
        }));
        await(done);
        assertEquals(List.of("called", "called", "failed", "called"), calls);
    }

    private static void await(Promise<Void> done) throws Exception {
        done.future().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
