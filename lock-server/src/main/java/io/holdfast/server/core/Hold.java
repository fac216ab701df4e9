package io.holdfast.server.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One grant: a resource, or a set of them, in one holder's hands under one token. What is held is fixed at the grant. The
 * lease it is held under is the timer this is, armed by the serving node; no rule of the table reads it, nor the time of
 * the last heartbeat. One object for all of it, because there may be millions. Confined to the event loop.
 */
public final class Hold extends Timer {
    private final String resourceName;
    private final Claim claim;
    /** All of a set; null for one resource, as it nearly always is: a list of one would cost as much again. */
    private final @Nullable List<Part> set;

    private final @Nullable String clientId;
    private final @Nullable Session session;
    private final @Nullable RequestKey request;
    private final Terms terms;
    private final long tokenHigh;
    private final long tokenLow;
    private final long fencingToken;
    private final long acquiredAtMillis;
    private long lastHeartbeatMillis;

    Hold(AcquireCommand command, long fencingToken) {
        this.resourceName = command.first().resourceName();
        this.claim = command.first().claim();
        this.set = command.parts().size() == 1 ? null : command.parts();
        this.clientId = command.clientId();
        this.session = command.session();
        this.request = command.request();
        this.terms = command.terms();
        this.tokenHigh = command.token().high();
        this.tokenLow = command.token().low();
        this.fencingToken = fencingToken;
        this.acquiredAtMillis = command.acquiredAtMillis();
        this.lastHeartbeatMillis = command.acquiredAtMillis();
    }

    @Override
    public TimerKind kind() {
        return TimerKind.LEASE;
    }

    /** What it was granted for. */
    AcquireCommand command() {
        return new AcquireCommand(parts(), clientId, session, request, terms, token(), acquiredAtMillis);
    }

    /** The one resource that is held, or the first of a set. */
    public String resourceName() {
        return resourceName;
    }

    public boolean isSet() {
        return set != null;
    }

    /** What is held, in the order it was asked for. */
    public List<Part> parts() {
        return set != null ? set : List.of(new Part(resourceName, claim));
    }

    public @Nullable String clientId() {
        return clientId;
    }

    /** What it lives as long as, or null: then the lease is its own. */
    public @Nullable Session session() {
        return session;
    }

    /** Whether it counts for nothing any more, because its session is over. */
    public boolean isOver() {
        return session != null && session.isOver();
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
    public Claim claimOn(String name) {
        if (set == null) {
            return claim;
        }
        for (Part part : set) {
            if (part.resourceName().equals(name)) {
                return part.claim();
            }
        }
        throw new IllegalArgumentException("not a part of this hold");
    }

    /** Wall-clock time of the last heartbeat, to be shown only; the grant counts as the first. */
    public long lastHeartbeatMillis() {
        return session == null ? lastHeartbeatMillis : Math.max(acquiredAtMillis, session.lastHeartbeatMillis());
    }

    /** Called by the serving node when it has renewed the lease. */
    public void heartbeatAt(long wallMillis) {
        lastHeartbeatMillis = wallMillis;
    }

    boolean isProvedBy(@Nullable Token token) {
        return token != null && token.matches(tokenHigh, tokenLow);
    }

    boolean wantsTheSameAs(AcquireCommand command) {
        return session == command.session() && parts().equals(command.parts()) && terms.equals(command.terms());
    }
}
