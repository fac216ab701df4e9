package io.holdfast.server.core;

import io.holdfast.server.core.AcquireOutcome.Kind;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what, who waits for what, and what became of whose request. Knows no time and no connections: what ends, ends
 * because a command says so, and who is granted next is proposed by the serving node, which knows who is there to be
 * granted. The same commands in the same order give the same outcomes and the same table. Every command costs O(log n) in
 * the places of one resource and nothing in the number of resources. Confined to the event loop.
 */
public final class LockTable {
    /** Broken holds whose holders are still told so. Breaking is done by hand, so this goes back a long way. */
    private static final int BROKEN_HOLDS_KEPT = 100_000;

    private final Resources resources = new Resources();
    private final Requests requests;
    private final Sessions sessions = new Sessions();
    private final BrokenHolds brokenHolds = new BrokenHolds(BROKEN_HOLDS_KEPT);
    private Changes changes = Changes.UNTOLD;
    private long lastFencingToken;
    private long lastTicket;
    private long lastDelayEpoch;
    private int size;
    private int waiters;
    private int delays;

    /**
     * Creates an empty table.
     *
     * @param lastFencingToken the newest fencing token that may ever have been given out; the next one is above it
     * @param endedRequestsKept how many requests that are over are remembered
     */
    public LockTable(long lastFencingToken, int endedRequestsKept) {
        this.lastFencingToken = lastFencingToken;
        this.requests = new Requests(endedRequestsKept);
    }

    /** From now on {@code listener} is told of every change. */
    public void onChange(Changes listener) {
        changes = listener;
    }

    /**
     * Grants what is asked for if it is free, or says why not. A repetition of a request is answered with what became of
     * the first.
     *
     * @param mayOvertake false when somebody who is there waits in line for one of the resources
     */
    public AcquireOutcome acquire(AcquireCommand command, boolean mayOvertake) {
        AcquireOutcome before = command.request() == null ? null : repeated(command.request(), command);
        if (before != null) {
            return before;
        }
        String busy = null;
        for (Part part : command.parts()) {
            Resource resource = resources.find(part.resourceName());
            if (resource == null) {
                continue;
            }
            // Of all members before any is found busy: what is busy may wait in line, and a line is of one kind.
            AcquireOutcome misfit = misfit(resource, part.claim());
            if (misfit != null) {
                return misfit;
            }
            boolean free = mayOvertake && resource.admits(part.claim());
            busy = busy == null && !free ? resource.name() : busy;
        }
        if (busy != null) {
            return AcquireOutcome.refused(Kind.BUSY, busy);
        }
        changes.granted(command);
        return AcquireOutcome.of(grant(command), Kind.GRANTED);
    }

    private @Nullable AcquireOutcome repeated(RequestKey key, AcquireCommand command) {
        EndReason ended = requests.ended(key);
        if (ended != null) {
            return AcquireOutcome.of(ended);
        }
        Hold hold = requests.granted(key);
        if (hold != null) {
            return hold.wantsTheSameAs(command)
                    ? AcquireOutcome.of(hold, Kind.GRANTED_BEFORE)
                    : AcquireOutcome.refused(Kind.REQUEST_MISMATCH, null);
        }
        Place place = requests.waiting(key);
        if (place == null) {
            return null;
        }
        return place.command().wantsTheSameAs(command)
                ? AcquireOutcome.of(place)
                : AcquireOutcome.refused(Kind.REQUEST_MISMATCH, null);
    }

    private static @Nullable AcquireOutcome misfit(Resource resource, Claim claim) {
        return switch (resource.fit(claim)) {
            case MODE_MISMATCH -> AcquireOutcome.refused(Kind.MODE_MISMATCH, resource.name());
            case LIMIT_MISMATCH -> AcquireOutcome.refused(Kind.LIMIT_MISMATCH, resource.name());
            case FITS -> null;
        };
    }

    /** Puts an acquire that was refused as busy in line. */
    public Place enqueue(AcquireCommand command) {
        changes.queued(command);
        lastTicket++;
        Resource first = resources.findOrCreate(command.first().resourceName());
        return queue(command, lastTicket, first.queueLength());
    }

    Place queue(AcquireCommand command, long ticket, long placesAhead) {
        Place place = new Place(command, ticket, placesAhead);
        command.parts()
                .forEach(part -> resources.findOrCreate(part.resourceName()).add(place));
        requests.waits(place);
        if (command.session() != null) {
            command.session().add(place);
        }
        waiters++;
        return place;
    }

    /** Whether the holders leave room for this place; its order is the caller's business. */
    public boolean isGrantable(Place place) {
        return admits(place.parts());
    }

    /** Whether the holders, lock-delays and graces leave room for all of these. */
    public boolean admits(List<Part> parts) {
        for (Part part : parts) {
            Resource resource = resources.find(part.resourceName());
            if (resource != null && !resource.admits(part.claim())) {
                return false;
            }
        }
        return true;
    }

    /** Turns a place that {@link #isGrantable} into a hold. */
    public Hold grantPlace(Place place, Token token, long acquiredAtMillis) {
        changes.placeGranted(place, token, acquiredAtMillis);
        leave(place);
        return grant(place.command().grantedNow(token, acquiredAtMillis));
    }

    /** Ends a place whose owner gave up or did not come back. */
    public void drop(Place place, EndReason reason) {
        changes.dropped(place, reason);
        leave(place);
        place.parts().forEach(part -> resources.removeIfIdle(part.resourceName()));
        requests.ends(place.request(), reason);
    }

    /** Says what a token is worth. Changes nothing. */
    public Verdict check(String resourceName, @Nullable Token token) {
        Resource resource = resources.find(resourceName);
        if (resource == null || resource.holds().isEmpty()) {
            return Verdict.NOT_FOUND;
        }
        return resource.heldUnder(token) == null ? Verdict.INVALID_TOKEN : Verdict.CURRENT;
    }

    /** The hold that this token proves, or null. */
    public @Nullable Hold heldUnder(String resourceName, @Nullable Token token) {
        Resource resource = resources.find(resourceName);
        return resource == null ? null : resource.heldUnder(token);
    }

    /**
     * Ends a hold, all of it, unless it is to be broken.
     *
     * @param reason {@link EndReason#EXPIRED} starts the lock-delay of the hold's terms
     * @return the epoch of the lock-delay that starts now, or 0
     */
    public long end(Hold hold, EndReason reason) {
        changes.ended(hold, reason);
        long lockDelayMillis = hold.terms().lockDelayMillis();
        long epoch = reason == EndReason.EXPIRED && lockDelayMillis > 0 ? ++lastDelayEpoch : 0;
        end(hold, reason, epoch, lockDelayMillis);
        return epoch;
    }

    /**
     * Keeps a resource from everybody who does not hold it, so that its holds can be broken one after the other.
     *
     * @return the epoch of the delay, which lasts until {@link #endDelay}
     */
    public long beginBreak(String resourceName) {
        changes.breakBegun(resourceName);
        lastDelayEpoch++;
        delay(resources.findOrCreate(resourceName), lastDelayEpoch, new Delay(EndReason.BROKEN, 0));
        return lastDelayEpoch;
    }

    /**
     * Ends a hold, all of it, by an operator's word.
     *
     * @param epoch the delay that begins now for all that was held, where it has not begun already
     * @param reason what the holder is told when it comes with its token; null for nothing
     * @param graceMillis how long the delay lasts for this hold's sake, carried for whoever arms it
     */
    public void breakHold(Hold hold, long epoch, @Nullable String reason, long graceMillis) {
        changes.broken(hold, epoch, reason, graceMillis);
        Session session = hold.session();
        if (session != null && !session.isOver()) {
            session.lost(hold, EndReason.BROKEN, reason);
        }
        end(hold, EndReason.BROKEN, epoch, graceMillis);
        brokenHolds.add(hold.token(), new BrokenHold(hold.parts(), reason));
    }

    /** The hold that this token proved until it was broken, or null. */
    public @Nullable BrokenHold brokenUnder(String resourceName, @Nullable Token token) {
        return brokenHolds.find(resourceName, token);
    }

    private void end(Hold hold, EndReason reason, long epoch, long delayMillis) {
        for (Part part : hold.parts()) {
            Resource resource = resources.findOrCreate(part.resourceName());
            resource.remove(hold);
            if (epoch != 0) {
                delay(resource, epoch, new Delay(reason, delayMillis));
            }
            resources.removeIfIdle(part.resourceName());
        }
        size -= hold.parts().size();
        if (hold.session() != null) {
            hold.session().remove(hold);
        }
        requests.ends(hold.request(), reason);
    }

    private void delay(Resource resource, long epoch, Delay delay) {
        delays += resource.delay(epoch, delay) ? 1 : 0;
    }

    /** Ends that lock-delay or grace; others of the same resource run on. */
    public void endDelay(String resourceName, long epoch) {
        Resource resource = resources.find(resourceName);
        if (resource != null && resource.delays().containsKey(epoch)) {
            changes.delayEnded(resourceName, epoch);
            delays -= resource.endDelay(epoch) ? 1 : 0;
            resources.removeIfIdle(resourceName);
        }
    }

    /** Opens a session that holds nothing yet. The secret and the time that is shown are drawn by the caller. */
    public Session openSession(Token id, String clientId, Terms terms, long openedAtMillis) {
        changes.sessionOpened(id, clientId, terms, openedAtMillis);
        Session session = new Session(id, clientId, terms, openedAtMillis);
        sessions.add(session);
        return session;
    }

    /** The session of that id that lives, or null. */
    public @Nullable Session session(@Nullable Token id) {
        return sessions.find(id);
    }

    /**
     * Ends a session. From now on what it held and waited for counts for nothing; whoever says this ends all that, in its
     * own time.
     */
    public void endSession(Session session, EndReason reason) {
        changes.sessionEnded(session, reason);
        sessions.remove(session);
        session.end(reason);
    }

    /** Forgets the losses of a session up to that number: it has heard of them. */
    public void acknowledge(Session session, long lossNumber) {
        // Clients repeat the number with every heartbeat, and a heartbeat is no change.
        if (session.acknowledges(lossNumber)) {
            changes.lossesAcknowledged(session, lossNumber);
            session.acknowledge(lossNumber);
        }
    }

    /** Calls {@code action} with each session that lives. */
    public void forEachSession(Consumer<Session> action) {
        sessions.forEach(action);
    }

    /** How many sessions live. */
    public int sessions() {
        return sessions.size();
    }

    /** The place of a request that waits, or null. */
    public @Nullable Place placeOf(RequestKey key) {
        return requests.waiting(key);
    }

    /** What a request was granted and still holds, or null. */
    public @Nullable Hold holdOf(RequestKey key) {
        return requests.granted(key);
    }

    /** Remembers a request nobody knows as over, so that it gets nothing if it still comes. */
    public void forestall(RequestKey key) {
        if (requests.ended(key) == null) {
            changes.forestalled(key);
            requests.ends(key, EndReason.CANCELLED);
        }
    }

    /** The resource of that name, or null when nobody holds it, waits for it, or is kept from it. */
    public @Nullable Resource find(String resourceName) {
        return resources.find(resourceName);
    }

    /** How many shards the resources are kept in. */
    public int shards() {
        return Resources.SHARDS;
    }

    /** The resources of one shard, in no order worth relying on. */
    public Collection<Resource> shard(int shard) {
        return resources.shard(shard);
    }

    /** How many resources are held, those of a set each counted. */
    public int size() {
        return size;
    }

    /** How many lock-delays and graces run. */
    public int delays() {
        return delays;
    }

    /** How many places there are. */
    public int waiters() {
        return waiters;
    }

    /** Makes the next fencing token be above that number. */
    public void raiseFencing(long fencingToken) {
        changes.fencingRaised(fencingToken);
        lastFencingToken = Math.max(lastFencingToken, fencingToken);
    }

    /** The newest fencing token given to anybody. */
    public long lastFencingToken() {
        return lastFencingToken;
    }

    private Hold grant(AcquireCommand command) {
        lastFencingToken++;
        return hold(command, lastFencingToken);
    }

    Hold hold(AcquireCommand command, long fencingToken) {
        Hold hold = new Hold(command, fencingToken);
        for (Part part : command.parts()) {
            resources.findOrCreate(part.resourceName()).add(hold);
        }
        size += command.parts().size();
        requests.holds(hold);
        if (command.session() != null) {
            command.session().add(hold);
        }
        return hold;
    }

    /**
     * Tells {@code state} everything this table consists of. Costs a walk over all of it and a sort: not for an event loop
     * that serves.
     *
     * @param owners sessions to be told of besides those that live or have left something behind in this table
     */
    public void describe(TableState state, Collection<Session> owners) {
        state.counters(lastFencingToken, lastTicket, lastDelayEpoch);
        TableDump dump = new TableDump();
        owners.forEach(dump::add);
        sessions.forEach(dump::add);
        for (int shard = 0; shard < Resources.SHARDS; shard++) {
            resources.shard(shard).forEach(dump::add);
        }
        dump.handOver(state);
        requests.forEachEnded(state::ended);
        brokenHolds.forEach(state::broken);
    }

    void restoreCounters(long fencingToken, long ticket, long delayEpoch) {
        lastFencingToken = Math.max(lastFencingToken, fencingToken);
        lastTicket = ticket;
        lastDelayEpoch = delayEpoch;
    }

    void restoreSession(Session session) {
        sessions.add(session);
    }

    void restoreDelay(String resourceName, long epoch, Delay delay) {
        delay(resources.findOrCreate(resourceName), epoch, delay);
    }

    void restoreEnded(RequestKey key, EndReason reason) {
        requests.ends(key, reason);
    }

    void restoreBroken(Token token, BrokenHold hold) {
        brokenHolds.add(token, hold);
    }

    private void leave(Place place) {
        for (Part part : place.parts()) {
            resources.findOrCreate(part.resourceName()).remove(place);
        }
        if (place.session() != null) {
            place.session().remove(place);
        }
        waiters--;
    }
}
