package io.holdfast.server.service;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LostLock;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpenRequest;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Place;
import io.holdfast.server.core.Resource;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Timers;
import io.holdfast.server.core.Token;
import io.holdfast.server.log.Promises;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens, renews and ends sessions. What a session leaves behind is ended some at a time; whoever meets a piece of it before
 * its turn has it ended first, so that nobody sees a lock of a session that is over. Confined to the event loop.
 */
final class Sessions {
    /** Parts of holds and places ended in one go, less than a millisecond of work. */
    static final int ENDS_PER_STEP = 250;

    private final LockTable table;
    private final Timers timers;
    private final TimeSource time;
    private final Supplier<Token> tokens;
    private final Promises promises;
    private final ServiceLimits limits;
    private final Grants grants;
    private final WaitingRoom waitingRoom;
    private final Supplier<@Nullable LockAnswer> refusalToGrant;
    /** Sessions that are over and may have left something behind, each once, in the order they ended. */
    private final Set<Session> ended = new LinkedHashSet<>();

    Sessions(
            LockTable table,
            Timers timers,
            TimeSource time,
            Supplier<Token> tokens,
            Promises promises,
            ServiceLimits limits,
            Grants grants,
            WaitingRoom waitingRoom,
            Supplier<@Nullable LockAnswer> refusalToGrant) {
        this.table = table;
        this.timers = timers;
        this.time = time;
        this.tokens = tokens;
        this.promises = promises;
        this.limits = limits;
        this.grants = grants;
        this.waitingRoom = waitingRoom;
        this.refusalToGrant = refusalToGrant;
    }

    /** Opens a session, or says why not. */
    void open(SessionOpenRequest request, Consumer<SessionOpened> opened, Consumer<LockAnswer> refused) {
        LockAnswer refusal = refusalToGrant.get();
        Terms terms = terms(request);
        if (refusal != null) {
            refused.accept(refusal);
        } else if (table.sessions() >= limits.maxSessions()) {
            refused.accept(LockAnswer.limitExceeded("As many sessions are open as the server allows", 1_000));
        } else if (promises.allows(terms.ttlMillis(), table.lastFencingToken() + 1)) {
            opened.accept(open(request.clientId(), terms));
        } else {
            promises.await(terms.ttlMillis(), allowed -> {
                if (allowed) {
                    open(request, opened, refused);
                } else {
                    refused.accept(LockAnswer.unavailable(UnavailableReason.OVERLOADED, 1_000));
                }
            });
        }
    }

    private Terms terms(SessionOpenRequest request) {
        Long ttlMillis = request.ttlMs();
        return new Terms(ttlMillis == null ? limits.defaultTtlMillis() : ttlMillis, 0, request.metadata());
    }

    private SessionOpened open(String clientId, Terms terms) {
        Session session = table.openSession(tokens.get(), clientId, terms, time.wallMillis());
        timers.arm(session, time.nowMillis(), terms.ttlMillis());
        return new SessionOpened(session.id().toHex(), terms.ttlMillis(), grants.remainingMillis(session));
    }

    /** The session of that id that lives, or null. */
    @Nullable
    Session find(String sessionId) {
        return table.session(Token.parse(sessionId));
    }

    /** Renews a session, which then runs for its full length from now; null if there is none, or none any more. */
    @Nullable
    SessionBeaten heartbeat(SessionRequest request, boolean draining) {
        Session session = find(request.sessionId());
        if (session == null) {
            return null;
        }
        timers.extend(session, time.nowMillis(), session.terms().ttlMillis());
        session.heartbeatAt(time.wallMillis());
        // What was never told cannot have been heard, whatever the client says.
        if (request.ackSeq() != null && session.hasTold(request.ackSeq())) {
            table.acknowledge(session, request.ackSeq());
        }
        List<Session.Loss> losses = session.losses(ProtocolLimits.MAX_SESSION_NEWS);
        long seq = losses.isEmpty()
                ? session.acknowledged()
                : losses.get(losses.size() - 1).number();
        session.tell(seq);
        return new SessionBeaten(
                grants.remainingMillis(session),
                seq,
                losses.stream().map(Sessions::wireForm).toList(),
                session.wanted(ProtocolLimits.MAX_SESSION_NEWS),
                draining);
    }

    private static LostLock wireForm(Session.Loss loss) {
        return new LostLock(
                loss.resourceName(), loss.fencingToken(), loss.reason().name(), loss.detail());
    }

    /** Ends a session by its client's word. */
    LockAnswer close(SessionRequest request) {
        Session session = find(request.sessionId());
        if (session == null) {
            return notFound();
        }
        end(session, EndReason.SESSION_CLOSED);
        step();
        return LockAnswer.refused(Status.CLOSED, "Session closed successfully");
    }

    /** A session's time is up. */
    void expire(Session session) {
        end(session, EndReason.EXPIRED);
    }

    static LockAnswer notFound() {
        return LockAnswer.refused(Status.SESSION_NOT_FOUND, "Session not found");
    }

    /** Starts the lease of a session that an earlier run opened, in full: its renewals are not known. */
    void resume(Session session) {
        timers.arm(session, time.nowMillis(), session.terms().ttlMillis());
    }

    /** Goes on with what a session has left that an earlier run ended. */
    void resumeEnd(Session session) {
        ended.add(session);
    }

    private void end(Session session, EndReason reason) {
        timers.cancel(session);
        table.endSession(session, reason);
        ended.add(session);
    }

    /** Ends some of what sessions that are over have left; returns whether there is more. */
    boolean step() {
        int left = ENDS_PER_STEP;
        while (left > 0 && !ended.isEmpty()) {
            Session session = ended.iterator().next();
            Place place = session.firstPlace();
            Hold hold = session.firstHold();
            if (place != null) {
                waitingRoom.drop(place, reasonOf(session));
                left -= place.parts().size();
            } else if (hold != null) {
                grants.end(hold, reasonOf(session));
                waitingRoom.handOver(hold.parts());
                left -= hold.parts().size();
            } else {
                ended.remove(session);
                left--;
            }
        }
        return !ended.isEmpty();
    }

    /** Ends what is left on these resources by sessions that are over, before anybody decides by it. */
    void clear(List<Part> parts) {
        if (!ended.isEmpty()) {
            parts.forEach(part -> clear(part.resourceName()));
        }
    }

    /** As {@link #clear(List)}, for one resource. */
    void clear(String resourceName) {
        Resource resource = ended.isEmpty() ? null : table.find(resourceName);
        if (resource == null) {
            return;
        }
        List<Place> places =
                WaitingRoom.allPlaces(resource).stream().filter(Place::isOver).toList();
        List<Hold> holds = resource.holds().stream().filter(Hold::isOver).toList();
        // All of it before anything is handed over: that may come by the rest of it.
        places.forEach(place -> waitingRoom.remove(place, reasonOf(place.session())));
        holds.forEach(hold -> grants.end(hold, reasonOf(hold.session())));
        places.forEach(place -> waitingRoom.handOver(place.parts()));
        holds.forEach(hold -> waitingRoom.handOver(hold.parts()));
    }

    /** Why a session is over that is known to be. */
    static EndReason reasonOf(@Nullable Session session) {
        return Objects.requireNonNull(Objects.requireNonNull(session).endedBy());
    }
}
