package io.holdfast.server.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks the table for one resource, or for a set of them, all or nothing. The secret and the time that is shown are drawn
 * by the caller and travel inside, so that the same commands give the same table anywhere.
 *
 * @param parts the resources, no name twice; at least one
 * @param clientId who asks; null for an anonymous holder
 * @param session what the lock lives as long as, or null for a lease of its own
 * @param request the name of this acquire, or null for one that cannot be repeated
 * @param acquiredAtMillis wall-clock time, to be shown only
 */
public record AcquireCommand(
        List<Part> parts,
        @Nullable String clientId,
        @Nullable Session session,
        @Nullable RequestKey request,
        Terms terms,
        Token token,
        long acquiredAtMillis) {

    Part first() {
        return parts.get(0);
    }

    /** Whether this is the same wish; the secret and the time differ from one repetition to the next. */
    boolean wantsTheSameAs(AcquireCommand other) {
        return session == other.session && parts.equals(other.parts) && terms.equals(other.terms);
    }

    AcquireCommand grantedNow(Token newToken, long nowMillis) {
        return new AcquireCommand(parts, clientId, session, request, terms, newToken, nowMillis);
    }
}
