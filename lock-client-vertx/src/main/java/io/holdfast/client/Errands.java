package io.holdfast.client;

import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What this client is giving back, and goes on giving back until it is closed. To be used on the client's context only. */
final class Errands {
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Set<Errand> underWay = new LinkedHashSet<>();

    Errands(Ticker ticker, RandomGenerator random) {
        this.ticker = ticker;
        this.random = random;
    }

    /**
     * Begins to give something back.
     *
     * @param request sends it once; never fails
     * @param session what it is held in, and with which it ends; null for none
     * @param ttlMillis how long the service keeps it otherwise
     */
    Errand begin(Supplier<Future<ServerReply>> request, @Nullable Session session, long ttlMillis) {
        long ownEndMillis = ticker.nowMillis() + ttlMillis;
        LongSupplier untilMillis = session == null ? () -> ownEndMillis : session::untilMillis;
        Errand errand = new Errand(ticker, random, request, untilMillis);
        underWay.add(errand);
        errand.end().onSuccess(reply -> underWay.remove(errand));
        errand.attempt();
        return errand;
    }

    /** Succeeds when each was answered, or has been tried as often as anybody is to wait for. */
    Future<Void> told() {
        List<Future<ServerReply>> untold = underWay.stream()
                .map(Errand::told)
                .filter(told -> !told.isComplete())
                .toList();
        // Others may begin meanwhile.
        return untold.isEmpty() ? Future.succeededFuture() : Future.join(untold).compose(told -> told());
    }

    /** Repeats nothing any more. */
    void abandon() {
        underWay.forEach(Errand::abandon);
        underWay.clear();
    }
}
