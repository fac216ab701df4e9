package io.holdfast.server.core;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One grant: a resource, or a set of them, in one holder's hands under one token. Everything but the lease is fixed at
 * the grant; the lease is where the serving node keeps the timer of this hold, and no rule of the table reads it.
 * Confined to the event loop.
 */
public final class Hold {
    /** What is held, when it is one resource, as it nearly always is: a list of one would cost as much again. */
    private final @Nullable Part onlyPart;

    private final @Nullable List<Part> parts;
    private final @Nullable String clientId;
    private final @Nullable RequestKey request;
    private final Terms terms;
    private final long tokenHigh;
    private final long tokenLow;
    private final long fencingToken;
    private final long acquiredAtMillis;
    private @Nullable Lease lease;

    Hold(AcquireCommand command, long fencingToken) {
        boolean single = command.parts().size() == 1;
        this.onlyPart = single ? command.first() : null;
        this.parts = single ? null : command.parts();
        this.clientId = command.clientId();
        this.request = command.request();
        this.terms = command.terms();
        this.tokenHigh = command.token().high();
        this.tokenLow = command.token().low();
        this.fencingToken = fencingToken;
        this.acquiredAtMillis = command.acquiredAtMillis();
    }

    /** What is held, in the order it was asked for. */
    public List<Part> parts() {
        if (parts != null) {
            return parts;
        }
        return List.of(Objects.requireNonNull(onlyPart));
    }

    public @Nullable String clientId() {
        return clientId;
    }

    /** The name of the acquire this came from, or null. */
    public @Nullable RequestKey request() {
        return request;
    }

    public Terms terms() {
        return terms;
    }

    public Token token() {
        return new Token(tokenHigh, tokenLow);
    }

    public long fencingToken() {
        return fencingToken;
    }

    /** Wall-clock time of the grant, to be shown only. */
    public long acquiredAtMillis() {
        return acquiredAtMillis;
    }

    /** What is held of one resource of this hold. */
    public Claim claimOn(String resourceName) {
        for (Part part : parts()) {
            if (part.resourceName().equals(resourceName)) {
                return part.claim();
            }
        }
        throw new IllegalArgumentException("not a part of this hold");
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

    boolean wantsTheSameAs(AcquireCommand command) {
        return parts().equals(command.parts()) && terms.equals(command.terms());
    }
}
