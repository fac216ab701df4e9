package io.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class TickerTest {
    /** The others were off the agenda by then, and never ran again. */
    @Test
    void anActionThatThrowsDoesNotCostTheOthersTheirTurn(Vertx vertx) throws Exception {
        CompletableFuture<Throwable> reported = new CompletableFuture<>();
        vertx.exceptionHandler(reported::complete);
        Ticker ticker = new Ticker(vertx, TimeSource.system(), TimeUnit.DAYS.toMillis(1));
        List<String> ran = new ArrayList<>();
        ticker.at(0, () -> ran.add("first"));
        ticker.at(0, () -> {
            throw new IllegalStateException("thrown on purpose");
        });
        ticker.at(0, () -> ran.add("last"));
        ticker.tick();
        assertEquals(List.of("first", "last"), ran);
        assertEquals("thrown on purpose", reported.get(10, TimeUnit.SECONDS).getMessage());
    }
}
