package io.holdfast.server.service;

import io.holdfast.protocol.AcquireAllRequest;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.AcquireTerms;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LockMode;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.AcquireOutcome;
import io.holdfast.server.core.Claim;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import io.holdfast.server.log.Promises;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns the wish for a lock into a command, and what came of it into an answer or a place in line. Confined to the event
 * loop.
 */
final class Acquires {
    private final LockTable table;
    private final TimeSource time;
    private final Supplier<Token> tokens;
    private final Promises promises;
    private final ServiceLimits limits;
    private final Grants grants;
    private final Views views;
    private final WaitingRoom waitingRoom;
    private final Sessions sessions;
    private final Supplier<@Nullable LockAnswer> refusalToGrant;
    private final Terms plainTerms;
    private final RecentNames clientIds = new RecentNames();

    /**
     * Creates the acquire side of a service.
     *
     * @param refusalToGrant why nothing is granted now, or null
     */
    Acquires(
            LockTable table,
            TimeSource time,
            Supplier<Token> tokens,
            Promises promises,
            ServiceLimits limits,
            Grants grants,
            Views views,
            WaitingRoom waitingRoom,
            Sessions sessions,
            Supplier<@Nullable LockAnswer> refusalToGrant) {
        this.table = table;
        this.time = time;
        this.tokens = tokens;
        this.promises = promises;
        this.limits = limits;
        this.grants = grants;
        this.views = views;
        this.waitingRoom = waitingRoom;
        this.sessions = sessions;
        this.refusalToGrant = refusalToGrant;
        this.plainTerms = new Terms(limits.defaultTtlMillis(), 0, Map.of());
    }

    /** Grants the resource, or lets the caller wait for it as long as it asked for. */
    void acquire(AcquireRequest request, Caller caller) {
        acquire(List.of(part(request.claim())), request.terms(), caller);
    }

    /**
     * Grants all of the resources or none, or lets the caller wait for them; waiting reserves none of them. The order they
     * are named in means nothing.
     */
    void acquireAll(AcquireAllRequest request, Caller caller) {
        List<Part> parts = request.resources().stream()
                .map(Acquires::part)
                .sorted(Comparator.comparing(Part::resourceName))
                .toList();
        acquire(parts, request.terms(), caller);
    }

    private void acquire(List<Part> parts, AcquireTerms wish, Caller caller) {
        LockAnswer refusal = refusalToGrant.get();
        if (refusal != null) {
            caller.answer(refusal);
            return;
        }
        Session session = wish.sessionId() == null ? null : sessions.find(wish.sessionId());
        if (wish.sessionId() != null && session == null) {
            caller.answer(Sessions.notFound());
            return;
        }
        if (session != null && !isOwner(wish, session)) {
            caller.answer(LockAnswer.refused(Status.BAD_REQUEST, "clientId is not the session's"));
            return;
        }
        Terms terms = terms(wish, session);
        if (promises.allows(terms.claimedMillis(), table.lastFencingToken() + 1)) {
            decide(parts, terms, session, wish, caller);
        } else {
            decideWhenPromised(parts, terms, wish, caller);
        }
    }

    /** A caller that leaves meanwhile is told nothing and gets nothing: nobody would hear of its leaving afterwards. */
    private void decideWhenPromised(List<Part> parts, Terms terms, AcquireTerms wish, Caller caller) {
        Presence presence = Presence.of(caller);
        promises.await(terms.claimedMillis(), allowed -> {
            if (presence.isOver()) {
                return;
            }
            if (allowed) {
                acquire(parts, wish, caller);
            } else {
                caller.answer(LockAnswer.unavailable(UnavailableReason.OVERLOADED, 1_000));
            }
        });
    }

    private void decide(List<Part> parts, Terms terms, @Nullable Session session, AcquireTerms wish, Caller caller) {
        sessions.clear(parts);
        String clientId = session == null ? clientIds.canonical(wish.clientId()) : session.clientId();
        RequestKey key = key(parts, clientId, wish.requestId());
        if (isFull(parts) && !isKnown(key)) {
            caller.answer(LockAnswer.limitExceeded("The server holds as many locks as it may", 1_000));
            return;
        }
        AcquireCommand command =
                new AcquireCommand(parts, clientId, session, key, terms, tokens.get(), time.wallMillis());
        AcquireOutcome outcome = table.acquire(command, waitingRoom.mayOvertake(parts));
        switch (outcome.kind()) {
            case GRANTED -> granted(outcome, caller);
            case GRANTED_BEFORE -> caller.answer(grants.answer(outcome.requireHold(), 0));
            case QUEUED_BEFORE -> waitingRoom.reattach(outcome.requirePlace(), caller, waitMillis(wish, terms));
            case BUSY -> busy(outcome.requireResourceName(), command, wish, caller);
            default -> caller.answer(refusal(outcome));
        }
    }

    private void granted(AcquireOutcome outcome, Caller caller) {
        Hold hold = outcome.requireHold();
        grants.arm(hold);
        caller.answer(grants.answer(hold, 0), () -> waitingRoom.undelivered(hold));
    }

    private void busy(String busyResource, AcquireCommand command, AcquireTerms wish, Caller caller) {
        long waitMillis = waitMillis(wish, command.terms());
        if (waitMillis == 0) {
            caller.answer(views.busy(busyResource));
        } else if (table.waiters() >= limits.maxWaiters()) {
            caller.answer(LockAnswer.limitExceeded("As many requests wait in line as the server allows", 1_000));
        } else if (isLineFull(command.parts())) {
            caller.answer(LockAnswer.limitExceeded(
                    "As many requests wait in line for '" + busyResource + "' as the server allows", 1_000));
        } else {
            waitingRoom.enqueue(command, caller, waitMillis);
        }
    }

    private static LockAnswer refusal(AcquireOutcome outcome) {
        return switch (outcome.kind()) {
            case ENDED -> LockAnswer.ended(Views.wireName(outcome.requireEnded()));
            case REQUEST_MISMATCH ->
                LockAnswer.refused(Status.REQUEST_MISMATCH, "This requestId was used for another request");
            case MODE_MISMATCH ->
                LockAnswer.refused(
                        Status.MODE_MISMATCH,
                        "Resource '" + outcome.requireResourceName()
                                + "' is used as a read-write lock by some and a semaphore by others");
            case LIMIT_MISMATCH ->
                LockAnswer.refused(
                        Status.LIMIT_MISMATCH,
                        "Resource '" + outcome.requireResourceName() + "' is in use with another limit");
            default -> throw new IllegalStateException("no refusal: " + outcome.kind());
        };
    }

    private Terms terms(AcquireTerms wish, @Nullable Session session) {
        Terms usual = session == null ? plainTerms : session.terms();
        boolean plain = wish.ttlMs() == null
                && wish.lockDelayMs() == 0
                && wish.metadata().isEmpty();
        if (plain) {
            return usual;
        }
        return new Terms(
                wish.ttlMs() == null ? usual.ttlMillis() : wish.ttlMs(),
                wish.lockDelayMs(),
                wish.metadata().isEmpty() ? usual.metadata() : wish.metadata());
    }

    private static boolean isOwner(AcquireTerms wish, Session session) {
        String clientId = wish.clientId();
        return clientId == null || clientId.isBlank() || clientId.equals(session.clientId());
    }

    private static long waitMillis(AcquireTerms wish, Terms terms) {
        return Math.min(wish.waitMs(), ProtocolLimits.MAX_WAIT_PER_TTL * terms.ttlMillis());
    }

    /** An acquire is named by its resource, a set by its smallest, which comes first. */
    private static @Nullable RequestKey key(List<Part> parts, @Nullable String clientId, @Nullable String requestId) {
        if (requestId == null || clientId == null) {
            return null;
        }
        return new RequestKey(parts.get(0).resourceName(), clientId, requestId);
    }

    private static Part part(ResourceClaim claim) {
        Integer limit = claim.limit();
        if (limit != null) {
            return new Part(claim.resourceName(), Claim.permits(claim.permits(), limit));
        }
        return new Part(claim.resourceName(), claim.mode() == LockMode.SHARED ? Claim.SHARED : Claim.EXCLUSIVE);
    }

    /** Whether this is the repetition of a request that holds or waits already. */
    private boolean isKnown(@Nullable RequestKey key) {
        return key != null && (table.holdOf(key) != null || table.placeOf(key) != null);
    }

    /** Whether no further lock fits; what others hold is refused as busy all the same. */
    private boolean isFull(List<Part> parts) {
        return table.size() + parts.size() > limits.maxLocks() && table.admits(parts);
    }

    private boolean isLineFull(List<Part> parts) {
        return parts.stream()
                .map(part -> table.find(part.resourceName()))
                .anyMatch(resource -> resource != null
                        && resource.queueLength() + resource.sets().size() >= limits.maxWaitersPerResource());
    }
}
