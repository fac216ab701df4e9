package io.holdfast.server.core;

import org.jspecify.annotations.Nullable;

/**
 * One granted lock. Everything but the lease is fixed at the grant; the lease is where the serving node keeps the timer
 * of this hold, and no rule of the table reads it. Confined to the event loop.
 */
public final class Hold {
    private final String resourceName;
    private final @Nullable String clientId;
    private final long tokenHigh;
    private final long tokenLow;
    private final long fencingToken;
    private final long ttlMillis;
    private final long acquiredAtMillis;
    private @Nullable Lease lease;

    Hold(AcquireCommand command, long fencingToken) {
        this.resourceName = command.resourceName();
        this.clientId = command.clientId();
        this.tokenHigh = command.token().high();
        this.tokenLow = command.token().low();
        this.fencingToken = fencingToken;
        this.ttlMillis = command.ttlMillis();
        this.acquiredAtMillis = command.acquiredAtMillis();
    }

    public String resourceName() {
        return resourceName;
    }

    public @Nullable String clientId() {
        return clientId;
    }

    public Token token() {
        return new Token(tokenHigh, tokenLow);
    }

    public long fencingToken() {
        return fencingToken;
    }

    public long ttlMillis() {
        return ttlMillis;
    }

    /** Wall-clock time of the grant, to be shown only. */
    public long acquiredAtMillis() {
        return acquiredAtMillis;
    }

    /** The lease the serving node armed for this hold, or null on a node that does not serve. */
    public @Nullable Lease lease() {
        return lease;
    }

    /** Called by the serving node once, when it arms the hold. */
    public void attachLease(Lease newLease) {
        lease = newLease;
    }

    boolean isProvedBy(@Nullable Token token) {
        return token != null && token.matches(tokenHigh, tokenLow);
    }
}
