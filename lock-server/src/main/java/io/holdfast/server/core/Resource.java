package io.holdfast.server.core;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A resource somebody holds, waits for, or may not have yet. It exists only as long as one of these is so. Confined to
 * the event loop.
 */
public final class Resource {
    private static final int HOLDERS_TOLD = 100;

    private final String name;
    /** The one holder, when there is exactly one: what nearly every resource has, and all it should cost. */
    private @Nullable Hold onlyHold;
    /** All holders in the order of their grants, when there are several. */
    private @Nullable Map<Token, Hold> holds;
    /** Places for this resource alone, by ticket. */
    private @Nullable TreeMap<Long, Place> queue;
    /** Places for sets that this resource is part of, by ticket. */
    private @Nullable TreeMap<Long, Place> sets;

    /** The delays in force by epoch: several when holders that shared it expired one after the other. */
    private @Nullable TreeMap<Long, Delay> delays;

    private int permitsTaken;

    Resource(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    /** The holders, oldest first. */
    public Collection<Hold> holds() {
        if (holds != null) {
            return Collections.unmodifiableCollection(holds.values());
        }
        return onlyHold == null ? List.of() : List.of(onlyHold);
    }

    /** Places for this resource alone, in order. */
    public Collection<Place> queue() {
        return queue == null ? List.of() : Collections.unmodifiableCollection(queue.values());
    }

    /** Places for sets that this resource is part of, in order. */
    public Collection<Place> sets() {
        return sets == null ? List.of() : Collections.unmodifiableCollection(sets.values());
    }

    /** The place of that ticket, or null. */
    public @Nullable Place place(long ticket) {
        Place place = queue == null ? null : queue.get(ticket);
        return place != null || sets == null ? place : sets.get(ticket);
    }

    public int queueLength() {
        return queue == null ? 0 : queue.size();
    }

    /** Whether a lock-delay, or the grace after a break, keeps it from everybody. */
    public boolean isDelayed() {
        return delays != null;
    }

    /** Whether the grace after a break keeps it from everybody. */
    public boolean isBroken() {
        for (Delay delay : delays().values()) {
            if (delay.reason() == EndReason.BROKEN) {
                return true;
            }
        }
        return false;
    }

    /** Whether a claim could be granted now as far as the holders go; the queue is not asked. */
    boolean admits(Claim claim) {
        if (isDelayed()) {
            return false;
        }
        Hold oldest = oldest();
        return switch (claim.mode()) {
            case EXCLUSIVE -> oldest == null;
            case SHARED -> oldest == null || oldest.claimOn(name).mode() == Mode.SHARED;
            case PERMITS -> permitsTaken + claim.permits() <= claim.limit();
        };
    }

    /** Whether the claim is of the kind this resource has now: its first holder or place decided. */
    Fit fit(Claim claim) {
        Claim kind = kind();
        if (kind == null) {
            return Fit.FITS;
        }
        if ((kind.mode() == Mode.PERMITS) != (claim.mode() == Mode.PERMITS)) {
            return Fit.MODE_MISMATCH;
        }
        return kind.limit() == claim.limit() ? Fit.FITS : Fit.LIMIT_MISMATCH;
    }

    /** Whether a claim can be made on this resource at all. */
    enum Fit {
        FITS,
        MODE_MISMATCH,
        LIMIT_MISMATCH
    }

    @Nullable
    Hold heldUnder(@Nullable Token token) {
        if (token == null) {
            return null;
        }
        Hold hold = holds != null ? holds.get(token) : onlyHold;
        return hold != null && hold.isProvedBy(token) ? hold : null;
    }

    /** Tells the session, if any, that others wait for what it has just been granted. */
    private void tellIfWanted(Hold hold) {
        Session session = hold.session();
        if (session != null && isWaitedFor()) {
            session.wanted(name);
        }
    }

    private boolean isWaitedFor() {
        return !queue().isEmpty() || !sets().isEmpty();
    }

    /** Among many holders only the oldest are told: a semaphore may have a million of them. */
    private void tellOldest(boolean wanted) {
        int left = HOLDERS_TOLD;
        for (Hold hold : holds()) {
            Session session = hold.session();
            if (session != null && wanted) {
                session.wanted(name);
            } else if (session != null) {
                session.notWanted(name);
            }
            if (--left == 0) {
                return;
            }
        }
    }

    void add(Hold hold) {
        tellIfWanted(hold);
        permitsTaken += hold.claimOn(name).permits();
        if (holds == null && onlyHold == null) {
            onlyHold = hold;
            return;
        }
        if (holds == null) {
            holds = new LinkedHashMap<>();
            Hold first = onlyHold;
            if (first != null) {
                holds.put(first.token(), first);
            }
            onlyHold = null;
        }
        holds.put(hold.token(), hold);
    }

    void remove(Hold hold) {
        permitsTaken -= hold.claimOn(name).permits();
        if (holds == null) {
            onlyHold = null;
        } else {
            holds.remove(hold.token());
            holds = holds.isEmpty() ? null : holds;
        }
        if (hold.session() != null) {
            hold.session().notWanted(name);
            if (isWaitedFor()) {
                tellOldest(true); // the session may hold it a second time
            }
        }
    }

    void add(Place place) {
        if (!isWaitedFor()) {
            tellOldest(true);
        }
        if (place.isSet()) {
            sets = sets == null ? new TreeMap<>() : sets;
            sets.put(place.ticket(), place);
        } else {
            queue = queue == null ? new TreeMap<>() : queue;
            queue.put(place.ticket(), place);
        }
    }

    void remove(Place place) {
        TreeMap<Long, Place> line = place.isSet() ? sets : queue;
        if (line != null) {
            line.remove(place.ticket());
        }
        if (!isWaitedFor()) {
            tellOldest(false);
        }
    }

    /** The delays in force by epoch. */
    public Map<Long, Delay> delays() {
        return delays == null ? Map.of() : Collections.unmodifiableMap(delays);
    }

    /** Begins a delay, unless it has begun: then it lasts as long as the longer one. Returns whether it has only now. */
    boolean delay(long epoch, Delay delay) {
        delays = delays == null ? new TreeMap<>() : delays;
        Delay before = delays.get(epoch);
        if (before == null || before.millis() < delay.millis()) {
            delays.put(epoch, delay);
        }
        return before == null;
    }

    boolean endDelay(long epoch) {
        boolean ended = delays != null && delays.remove(epoch) != null;
        if (delays != null && delays.isEmpty()) {
            delays = null;
        }
        return ended;
    }

    boolean isIdle() {
        return oldest() == null && queue().isEmpty() && sets().isEmpty() && !isDelayed();
    }

    /** The oldest holder, or null when there is none. */
    public @Nullable Hold oldest() {
        return holds != null ? holds.values().iterator().next() : onlyHold;
    }

    private @Nullable Claim kind() {
        Hold oldest = oldest();
        if (oldest != null) {
            return oldest.claimOn(name);
        }
        TreeMap<Long, Place> line = queue != null && !queue.isEmpty() ? queue : sets;
        if (line == null || line.isEmpty()) {
            return null;
        }
        for (Part part : line.firstEntry().getValue().parts()) {
            if (part.resourceName().equals(name)) {
                return part.claim();
            }
        }
        return null;
    }
}
