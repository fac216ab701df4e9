package io.holdfast.client;

import io.vertx.core.Future;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What every call of one client works with. To be used on the client's context only.
 *
 * @param errands what is being given back
 * @param requestIds draws the secrets that name an acquire
 * @param random for jitter only
 */
record Means(
        HttpLockApi api,
        Ticker ticker,
        ServerLevel level,
        Errands errands,
        Supplier<String> requestIds,
        RandomGenerator random,
        long requestTimeoutMillis,
        Watchdog watchdog) {

    long nowMillis() {
        return ticker.nowMillis();
    }

    /** Gives a lock back. Never fails. */
    Future<Returned> giveBack(Grant grant) {
        long ttlMillis = grant.lease().ttlMillis();
        return Returned.by(errands.begin(() -> api.release(grant.request()), grant.session(), ttlMillis));
    }
}
