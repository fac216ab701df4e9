package io.holdfast.verification.simulation;

import io.holdfast.server.core.Token;
import io.holdfast.verification.simulation.Violation.Rule;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How long leases last by the server's own clock: never less than what it last promised, and little more, unless the
 * server stood still meanwhile.
 */
final class LeaseCheck {
    private static final long LATENESS_MS = 1_000;
    /** Ticks come every 100 ms of the server's clock, which is read in whole milliseconds. */
    private static final long USUAL_GAP_MS = 102;
    /** Nothing ends for so long after a gap that counts as standing still. */
    private static final long QUIET_MS = 1_000;

    private final LongSupplier serverMillis;
    private final Map<Token, Promise> promises = new HashMap<>();
    private long lastTickMillis;
    private long excusedMillis;

    /**
     * What a token was promised last. A renewal does not take back what a pause has added before, so the latest end
     * never comes nearer; it is counted in time that stands still with the server.
     */
    private record Promise(long ttlMillis, long atMillis, long latestOwnMillis) {}

    LeaseCheck(LongSupplier serverMillis) {
        this.serverMillis = serverMillis;
    }

    void started() {
        promises.clear();
        lastTickMillis = serverMillis.getAsLong();
    }

    /** A lock or a session was given out. */
    void granted(Token token, long ttlMillis) {
        promise(token, ttlMillis);
    }

    void renewed(Token token) {
        Promise before = promises.get(token);
        if (before != null) {
            promise(token, before.ttlMillis());
        }
    }

    private void promise(Token token, long ttlMillis) {
        Promise before = promises.get(token);
        long latestOwnMillis = ownMillis() + ttlMillis + LATENESS_MS;
        promises.put(
                token,
                new Promise(
                        ttlMillis,
                        serverMillis.getAsLong(),
                        before == null ? latestOwnMillis : Math.max(before.latestOwnMillis(), latestOwnMillis)));
    }

    private long ownMillis() {
        return serverMillis.getAsLong() - excusedMillis;
    }

    /** To be called with every tick, before what it left behind is looked at. */
    void ticked() {
        long gapMillis = serverMillis.getAsLong() - lastTickMillis;
        lastTickMillis += gapMillis;
        if (gapMillis > USUAL_GAP_MS) {
            excusedMillis += gapMillis + QUIET_MS;
        }
    }

    void expired(Token token, String name) {
        Promise promise = promises.get(token);
        long lastedMillis = serverMillis.getAsLong() - promise.atMillis();
        if (lastedMillis < promise.ttlMillis()) {
            throw new Violation(
                    Rule.LEASE_LENGTH,
                    name,
                    "a lease of " + promise.ttlMillis() + " ms ended after " + lastedMillis + " ms");
        }
    }

    /** This one did not end in this tick. */
    void lives(Token token, String name) {
        Promise promise = promises.get(token);
        if (ownMillis() > promise.latestOwnMillis()) {
            long lastedMillis = serverMillis.getAsLong() - promise.atMillis();
            throw new Violation(
                    Rule.LEASE_LENGTH,
                    name,
                    "a lease of " + promise.ttlMillis() + " ms is still there after " + lastedMillis + " ms");
        }
    }
}
