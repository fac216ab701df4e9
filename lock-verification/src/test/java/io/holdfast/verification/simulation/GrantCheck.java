package io.holdfast.verification.simulation;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Place;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Resource;
import io.holdfast.server.core.Token;
import io.holdfast.verification.simulation.Tally.Happening;
import io.holdfast.verification.simulation.Violation.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every answer the server gives, in order: tokens rise, a request gets one grant, the dead get none, and nobody
 * is granted before an attached place with a lower ticket.
 */
final class GrantCheck {
    private final SimulatedWorld world;
    private final LeaseCheck leaseCheck;
    private final SessionCheck sessionCheck;
    private final Map<Long, Grant> grants = new HashMap<>();
    /** Of this run: what each request was granted. A server in memory mode forgets its requests when it stops. */
    private final Map<RequestKey, Long> byRequest = new HashMap<>();
    /** Of this run: requests that shall hold nothing. */
    private final Set<RequestKey> cancelled = new HashSet<>();
    /** Of this run: holds that were not seen to end yet. */
    private final Map<Long, Grant> live = new HashMap<>();
    /** Who waits at which place, places being their own names; one that is not in here is detached. */
    private final Map<Place, ServerConnection> attached = new LinkedHashMap<>();
    /** Waiters that were passed over in this step: allowed only if it turns out that their own time was up. */
    private final List<ServerConnection> passedOver = new ArrayList<>();

    private LockTable table = new LockTable(0, 0);
    private long lastFencingToken;
    private int run;

    /** One grant. */
    record Grant(
            int run,
            List<String> names,
            Token token,
            @Nullable Token session) {
        String resourceName() {
            return names.get(0);
        }
    }

    GrantCheck(SimulatedWorld world, LongSupplier serverMillis) {
        this.world = world;
        this.leaseCheck = new LeaseCheck(serverMillis);
        this.sessionCheck = new SessionCheck(world, leaseCheck);
    }

    void started(int newRun, LockTable newTable) {
        run = newRun;
        table = newTable;
        byRequest.clear();
        cancelled.clear();
        leaseCheck.started();
        sessionCheck.started(newTable, live);
        live.clear();
        attached.clear();
        passedOver.clear();
    }

    SessionCheck sessionCheck() {
        return sessionCheck;
    }

    /** What a fencing token was given out for. */
    @Nullable
    Grant grant(long fencingToken) {
        return grants.get(fencingToken);
    }

    boolean isAttached(Place place) {
        return attached.containsKey(place);
    }

    /** The caller wants to be watched: it waits at a place now, or for the disk and has none yet. */
    void watched(ServerConnection connection) {
        Place place = placeOf(connection.call());
        if (place != null && attached.put(place, connection) != null) {
            world.tally().count(Happening.REATTACH);
        }
    }

    private @Nullable Place placeOf(Call call) {
        RequestKey key = call.key();
        if (key != null) {
            return table.placeOf(key);
        }
        Resource resource = table.find(call.resourceNames().get(0));
        if (resource == null) {
            return null;
        }
        // A place without a request id is never detached: the one that nobody waits at is the one just made.
        Collection<Place> line = call.resourceNames().size() > 1 ? resource.sets() : resource.queue();
        for (Place place : line) {
            if (place.request() == null && !attached.containsKey(place)) {
                return place;
            }
        }
        return null;
    }

    /** The server is about to hear that this caller is gone. */
    void gone(ServerConnection connection) {
        attached.values().remove(connection);
    }

    void answered(ServerConnection connection, LockAnswer answer) {
        Place place = null;
        for (Map.Entry<Place, ServerConnection> entry : attached.entrySet()) {
            place = entry.getValue() == connection ? entry.getKey() : place;
        }
        if (place != null) {
            attached.remove(place);
        }
        switch (answer.status()) {
            case ACQUIRED -> acquired(connection, place, answer);
            case ENDED -> world.tally().count(Happening.ENDED);
            case CANCELLED -> {
                world.tally().count(Happening.CANCEL);
                cancelled.add(Objects.requireNonNull(connection.call().key()));
            }
            case BROKEN -> live.values().removeAll(sessionCheck.broken(connection.call(), answer));
            case CLOSED ->
                sessionCheck.closed(Objects.requireNonNull(connection.call().session()));
            case HEARTBEAT_RECEIVED -> leaseCheck.renewed(token(answer));
            default -> {
                // grants nothing
            }
        }
    }

    /** The server was told that this answer did not arrive; a grant that cannot be asked for again ends with that. */
    void undelivered(LockAnswer answer) {
        Grant grant = answer.fencingToken() == null ? null : live.get(answer.fencingToken());
        if (grant != null && !isHeld(grant)) {
            live.remove(answer.fencingToken());
        }
    }

    private void acquired(ServerConnection connection, @Nullable Place place, LockAnswer answer) {
        Call call = connection.call();
        long fencingToken = Objects.requireNonNull(answer.fencingToken());
        Grant grant = new Grant(run, call.resourceNames(), token(answer), call.session());
        require(
                call.key() == null || !cancelled.contains(call.key()),
                Rule.ONE_GRANT_PER_REQUEST,
                call,
                connection.clientName() + " was granted " + fencingToken + " after it had cancelled");
        Grant before = grants.get(fencingToken);
        if (grant.equals(before)) {
            world.tally().count(Happening.REPEAT);
            return;
        }
        require(
                before == null && fencingToken > lastFencingToken,
                Rule.TOKEN_ORDER,
                call,
                fencingToken + " was granted after " + lastFencingToken);
        lastFencingToken = fencingToken;
        grants.put(fencingToken, grant);
        live.put(fencingToken, grant);
        if (grant.session() == null) {
            leaseCheck.granted(grant.token(), answer.ttlMs());
        }
        count(call, place);
        Long first = call.key() == null ? null : byRequest.put(call.key(), fencingToken);
        require(
                first == null,
                Rule.ONE_GRANT_PER_REQUEST,
                call,
                connection.clientName() + " was granted " + first + " and then " + fencingToken);
        require(
                !connection.isKnownGone(),
                Rule.NO_GRANT_TO_THE_DEAD,
                call,
                connection.clientName() + " was granted " + fencingToken + " though it is known to be gone");
        notePassedOver(call, place);
    }

    private void count(Call call, @Nullable Place place) {
        world.tally().count(Happening.GRANT);
        if (place != null) {
            world.tally().count(Happening.HAND_OVER);
        }
        if (call.resourceNames().size() > 1) {
            world.tally().count(Happening.SET_GRANT);
        }
    }

    private void notePassedOver(Call call, @Nullable Place place) {
        for (String name : call.resourceNames()) {
            Resource resource = table.find(name);
            if (resource == null) {
                continue;
            }
            for (Place other : resource.queue()) {
                boolean first = place == null || place.isSet() || other.ticket() < place.ticket();
                ServerConnection waiter = attached.get(other);
                if (first && waiter != null) {
                    passedOver.add(waiter);
                }
            }
        }
    }

    /** The server is done with a request: what ended now was released, cancelled or taken back. */
    void served(Call call) {
        stepEnded();
        sessionCheck.served(call);
        live.values().removeIf(grant -> !isHeld(grant));
    }

    /** The server is done with something. */
    void stepEnded() {
        for (ServerConnection waiter : passedOver) {
            LockAnswer given = waiter.given();
            boolean timeWasUp = given != null
                    && (given.status() == Status.QUEUED
                            || given.status() == Status.TIMEOUT
                            || given.status() == Status.SESSION_NOT_FOUND);
            require(
                    timeWasUp,
                    Rule.TICKET_ORDER,
                    waiter.call(),
                    waiter.clientName() + " waited there and was overtaken at fencing token " + lastFencingToken);
        }
        passedOver.clear();
    }

    /** Only a lease that ran out ends in a tick. */
    void ticked() {
        stepEnded();
        leaseCheck.ticked();
        sessionCheck.ticked();
        Iterator<Grant> holds = live.values().iterator();
        while (holds.hasNext()) {
            Grant grant = holds.next();
            if (!isHeld(grant)) {
                holds.remove();
                if (grant.session() == null) {
                    leaseCheck.expired(grant.token(), grant.resourceName());
                } else {
                    sessionCheck.requireOver(grant);
                }
                world.tally().count(Happening.EXPIRY);
                world.log(grant.resourceName(), "a lease has run out on the server");
            } else if (grant.session() == null) {
                leaseCheck.lives(grant.token(), grant.resourceName());
            }
        }
    }

    private boolean isHeld(Grant grant) {
        return table.heldUnder(grant.resourceName(), grant.token()) != null;
    }

    private static Token token(LockAnswer answer) {
        return Objects.requireNonNull(Token.parse(Objects.requireNonNull(answer.lockToken())));
    }

    private static void require(boolean condition, Rule rule, Call call, String what) {
        if (!condition) {
            throw new Violation(rule, call.resourceNames().get(0), what);
        }
    }
}
