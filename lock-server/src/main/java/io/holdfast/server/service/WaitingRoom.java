package io.holdfast.server.service;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Place;
import io.holdfast.server.core.Resource;
import io.holdfast.server.core.Timers;
import io.holdfast.server.core.Token;
import io.holdfast.server.log.Promises;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits, and who is next. A place whose caller is connected is attached; only attached places are granted, in the
 * order of their tickets, and a place without a caller is passed over but keeps its order for {@value #GRACE_MILLIS} ms.
 * A free resource is handed over in the turn in which it became free. Sets reserve nothing: they take what the queues
 * leave, all or nothing. Confined to the event loop.
 */
final class WaitingRoom {
    static final long GRACE_MILLIS = 5_000;
    static final long HEAD_START_MILLIS = 2_000;

    private final LockTable table;
    private final Timers timers;
    private final TimeSource time;
    private final Grants grants;
    private final Views views;
    private final Supplier<Token> tokens;
    private final Promises promises;
    private final Events events;
    /** The places of each queue whose callers are connected, by ticket; no entry where nobody is. */
    private final Map<String, TreeMap<Long, Place>> attached = new HashMap<>();
    /** Queues of an earlier run whose first has not come back yet and still has time to. */
    private final Set<String> headStarts = new HashSet<>();

    WaitingRoom(
            LockTable table,
            Timers timers,
            TimeSource time,
            Grants grants,
            Views views,
            Supplier<Token> tokens,
            Promises promises,
            Events events) {
        this.table = table;
        this.timers = timers;
        this.time = time;
        this.grants = grants;
        this.views = views;
        this.tokens = tokens;
        this.promises = promises;
        this.events = events;
    }

    /** Whether a newcomer may take the resources if they are free: nobody who is there waits for one of them. */
    boolean mayOvertake(List<Part> parts) {
        for (Part part : parts) {
            if (attached.containsKey(part.resourceName()) || headStarts.contains(part.resourceName())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Goes on with a place of an earlier run. Nobody is there yet: it has the usual grace, and the first in line a head
     * start, so that whoever happens to connect first after a restart does not take what others have waited for.
     */
    void resume(Place place) {
        timers.arm(new Seat(place), time.nowMillis(), GRACE_MILLIS);
        if (!place.isSet() && headStarts.add(lineOf(place))) {
            timers.arm(new HeadStart(lineOf(place)), time.nowMillis(), HEAD_START_MILLIS);
        }
    }

    /** Whoever is there is next now. */
    void endHeadStart(HeadStart headStart) {
        if (headStarts.remove(headStart.resourceName())) {
            handOver(headStart.resourceName());
        }
    }

    /** Whether the first in line may still come back before others are granted. */
    private boolean hasHeadStart(Resource resource) {
        if (!headStarts.contains(resource.name())) {
            return false;
        }
        Iterator<Place> queue = resource.queue().iterator();
        if (queue.hasNext() && Seat.of(queue.next()).caller() == null) {
            return true;
        }
        headStarts.remove(resource.name());
        return false;
    }

    /** Puts a busy acquire in line. */
    void enqueue(AcquireCommand command, Caller caller, long waitMillis) {
        Place place = table.enqueue(command);
        events.queued(place);
        sit(new Seat(place), caller, waitMillis);
    }

    /** Lets a repeated request take its place over; an older request still open is sent away with its ticket. */
    void reattach(Place place, Caller caller, long waitMillis) {
        Seat seat = Seat.of(place);
        Caller older = seat.caller();
        timers.cancel(seat);
        sit(seat, caller, waitMillis);
        if (older != null) {
            older.answer(queued(place));
        }
        handOver(place.parts());
    }

    private void sit(Seat seat, Caller caller, long waitMillis) {
        seat.take(caller, time.nowMillis());
        Place place = seat.place();
        if (!place.isSet()) {
            attached.computeIfAbsent(lineOf(place), name -> new TreeMap<>()).put(place.ticket(), place);
        }
        timers.arm(seat, time.nowMillis(), waitMillis);
        caller.onGone(() -> gone(seat, caller));
    }

    private void leave(Seat seat) {
        seat.leave();
        TreeMap<Long, Place> line = attached.get(lineOf(seat.place()));
        if (line != null && line.remove(seat.place().ticket()) != null && line.isEmpty()) {
            attached.remove(lineOf(seat.place()));
        }
    }

    private static String lineOf(Place place) {
        return place.parts().get(0).resourceName();
    }

    /** The caller's connection broke. */
    private void gone(Seat seat, Caller caller) {
        if (seat.caller() != caller) {
            return; // answered, or replaced by a newer request
        }
        if (seat.place().request() == null) {
            drop(seat.place(), EndReason.ABANDONED);
        } else {
            detach(seat);
        }
    }

    /** A seat's time is up: the end of a request's wait, or of the grace. */
    void timeIsUp(Seat seat) {
        Place place = seat.place();
        Caller caller = seat.caller();
        if (caller == null) {
            drop(place, EndReason.ABANDONED);
        } else if (place.request() == null) {
            leave(seat);
            drop(place, EndReason.ABANDONED);
            caller.answer(views.timeout(inTheWay(place.parts())));
        } else {
            detach(seat);
            caller.answer(queued(place));
        }
    }

    /** The resource that kept these from being granted; the first if it was freed only now. */
    private String inTheWay(List<Part> parts) {
        return parts.stream()
                .filter(part -> !table.admits(List.of(part)) || !mayOvertake(List.of(part)))
                .findFirst()
                .orElse(parts.get(0))
                .resourceName();
    }

    private void detach(Seat seat) {
        leave(seat);
        timers.cancel(seat);
        timers.arm(seat, time.nowMillis(), GRACE_MILLIS);
        handOver(seat.place().parts());
    }

    /** Ends a place; whoever waits there is told. */
    void drop(Place place, EndReason reason) {
        remove(place, reason);
        handOver(place.parts());
    }

    /** Ends a place and leaves it to the caller to hand over what it was in the way of. */
    void remove(Place place, EndReason reason) {
        Seat seat = Seat.of(place);
        Caller caller = seat.caller();
        leave(seat);
        timers.cancel(seat);
        table.drop(place, reason);
        events.left(place, reason);
        if (caller != null) {
            caller.answer(place.isOver() ? Sessions.notFound() : LockAnswer.ended(Views.wireName(reason)));
        }
    }

    /** Sends everybody away who waits for one of these resources; for a server that stops. */
    void sendAway(Resource resource) {
        for (Place place : allPlaces(resource)) {
            Seat seat = Seat.of(place);
            Caller caller = seat.caller();
            leave(seat);
            if (caller != null) {
                caller.answer(LockAnswer.unavailable(UnavailableReason.DRAINING, 1_000));
            }
        }
    }

    static List<Place> allPlaces(Resource resource) {
        List<Place> places = new ArrayList<>(resource.queue());
        places.addAll(resource.sets());
        return places;
    }

    /** Grants whatever can be granted of these resources now. */
    void handOver(List<Part> parts) {
        for (Part part : parts) {
            handOver(part.resourceName());
        }
    }

    /** Grants whatever can be granted of the resource of that name now. */
    void handOver(String resourceName) {
        Resource resource = table.find(resourceName);
        if (resource != null) {
            handOver(resource);
        }
    }

    /** Grants whatever can be granted of this resource now. */
    void handOver(Resource resource) {
        if (hasHeadStart(resource)) {
            return;
        }
        Place next = firstAttached(resource);
        while (next != null && (next.isOver() || isGrantable(next))) {
            if (next.isOver()) {
                remove(next, Sessions.reasonOf(next.session()));
            } else {
                grant(next);
            }
            next = firstAttached(resource);
        }
        for (Place set : List.copyOf(resource.sets())) {
            boolean there = Seat.of(set).caller() != null && !set.isOver();
            if (there && isGrantable(set) && mayOvertake(set.parts())) {
                grant(set);
            }
        }
    }

    /** Free, and covered by what the state file promises; if not covered yet, the place's next repetition asks again. */
    private boolean isGrantable(Place place) {
        return table.isGrantable(place) && promises.allows(place.terms().claimedMillis(), table.lastFencingToken() + 1);
    }

    private void grant(Place place) {
        Seat seat = Seat.of(place);
        Caller caller = seat.caller();
        if (caller == null) {
            throw new IllegalStateException("nobody is there to be granted");
        }
        leave(seat);
        timers.cancel(seat);
        Hold hold = table.grantPlace(place, tokens.get(), time.wallMillis());
        grants.arm(hold);
        caller.answer(grants.answer(hold, time.nowMillis() - seat.arrivedMillis()), () -> undelivered(hold));
    }

    /** A hold nobody can ask for again is of no use to anybody; one with a request id waits to be fetched. */
    void undelivered(Hold hold) {
        boolean current = table.heldUnder(hold.resourceName(), hold.token()) == hold;
        if (hold.request() == null && current) {
            grants.end(hold, EndReason.ABANDONED);
            handOver(hold.parts());
        }
    }

    private static LockAnswer queued(Place place) {
        return LockAnswer.queued(place.ticket(), place.placesAheadAtFirst() + 1);
    }

    private @Nullable Place firstAttached(Resource resource) {
        TreeMap<Long, Place> line = attached.get(resource.name());
        return line == null ? null : line.firstEntry().getValue();
    }
}
