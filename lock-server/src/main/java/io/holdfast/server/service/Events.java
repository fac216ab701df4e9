package io.holdfast.server.service;

import io.holdfast.protocol.EventKind;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Place;
import io.holdfast.server.log.CommandLog;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells listeners what happens to the locks. What happens is only written down; listeners are told in a turn of their
 * own, a bounded number of events at a time, so that no number of them holds up a lock. Each listener is a position in
 * the one {@link EventBuffer}: whoever falls behind its end, or takes nothing for {@value #SILENCE_MILLIS} ms and as long
 * again, is cut off. Nothing is kept for a listener but what its connection has taken. Confined to the event loop.
 */
public final class Events {
    /** After so long without an event a listener gets a sign of life. */
    static final long SILENCE_MILLIS = 15_000;

    /** Events told in one go, one or two milliseconds of work. */
    private static final int EVENTS_PER_TURN = 1_000;

    private final EventBuffer buffer;
    private final int maxListeners;
    private final TimeSource time;
    private final CommandLog log;
    private final Consumer<BooleanSupplier> soon;
    private final List<Listener> listeners = new ArrayList<>();
    private boolean awake;

    /**
     * Creates events that nobody listens to yet.
     *
     * @param firstId above the number of any event of an earlier run
     * @param log what must be durable before anybody is told of it
     * @param soon calls what it is given in a turn of its own, and again until that returns false
     */
    public Events(EventLimits limits, long firstId, TimeSource time, CommandLog log, Consumer<BooleanSupplier> soon) {
        this.buffer = new EventBuffer(limits.kept(), firstId);
        this.maxListeners = limits.maxStreams();
        this.time = time;
        this.log = log;
        this.soon = soon;
    }

    /**
     * Tells {@code sink} of every event from now on, or from where it was when it was last told.
     *
     * @param prefix what the resources' names must start with
     * @param lastEventId the number of the last event it was told of, as it was told; null to begin with the next one
     * @return null when as many listen as may
     */
    public @Nullable Listener listen(EventSink sink, String prefix, @Nullable String lastEventId) {
        if (listeners.size() >= maxListeners) {
            return null;
        }
        long last = lastEventId == null ? buffer.nextId() - 1 : number(lastEventId);
        boolean complete = buffer.reachesBackTo(last);
        long next = complete ? last + 1 : buffer.oldestId();
        Listener listener = new Listener(this, sink, prefix, next, time.nowMillis());
        listeners.add(listener);
        if (complete) {
            sink.comment(last); // so that it knows where it is before there is anything to tell
        } else {
            sink.reset(next - 1);
        }
        sink.flush();
        wake();
        return listener;
    }

    /** What is no number is not from this run. */
    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Tells what happened; returns whether there is more to tell. */
    private boolean turn() {
        awake = false;
        if (listeners.isEmpty()) {
            return false;
        }
        int share = Math.max(1, EVENTS_PER_TURN / listeners.size());
        for (Listener listener : List.copyOf(listeners)) {
            if (listener.hasMissed(buffer)) {
                cut(listener);
            } else {
                listener.tell(buffer, share, time.nowMillis());
                awake |= listener.wantsMore(buffer);
            }
        }
        return awake;
    }

    /** Lets listeners know that we are there, and cuts off whoever takes nothing. To be called every 100 ms. */
    void tick() {
        if (!listeners.isEmpty()) {
            for (Listener listener : List.copyOf(listeners)) {
                if (!listener.keepAlive(SILENCE_MILLIS, time.nowMillis())) {
                    cut(listener);
                }
            }
        }
    }

    /** Tells what is still to be told as far as it is taken, and ends all streams. */
    public void end() {
        while (turn()) {
            // there is more
        }
        for (Listener listener : List.copyOf(listeners)) {
            listeners.remove(listener);
            listener.sink().end();
        }
    }

    private void cut(Listener listener) {
        listeners.remove(listener);
        listener.sink().cut();
    }

    void remove(Listener listener) {
        listeners.remove(listener);
    }

    void wake() {
        if (!awake) {
            awake = true;
            soon.accept(this::turn);
        }
    }

    void granted(Hold hold) {
        held(EventKind.GRANTED, hold, hold.acquiredAtMillis(), null, false);
    }

    /** A hold ended for any reason but that it was broken. */
    void ended(Hold hold, EndReason reason) {
        EventKind kind = kind(reason);
        held(kind, hold, time.wallMillis(), kind == EventKind.CANCELLED ? Views.wireName(reason) : null, false);
    }

    void broken(Hold hold, @Nullable String reason, boolean exclusionGivenUp) {
        held(EventKind.BROKEN, hold, time.wallMillis(), reason, exclusionGivenUp);
    }

    void queued(Place place) {
        waited(EventKind.QUEUED, place, null);
    }

    /** A place ended without a grant. */
    void left(Place place, EndReason reason) {
        waited(EventKind.CANCELLED, place, Views.wireName(reason));
    }

    private static EventKind kind(EndReason reason) {
        return switch (reason) {
            case RELEASED -> EventKind.RELEASED;
            case EXPIRED -> EventKind.EXPIRED;
            case BROKEN -> EventKind.BROKEN;
            case SESSION_CLOSED -> EventKind.SESSION_CLOSED;
            case CANCELLED, ABANDONED -> EventKind.CANCELLED;
        };
    }

    private void held(EventKind kind, Hold hold, long atMillis, @Nullable String reason, boolean exclusionGivenUp) {
        if (log.isDurable()) {
            keep(kind, hold, atMillis, reason, exclusionGivenUp);
        } else {
            log.whenDurable(() -> keep(kind, hold, atMillis, reason, exclusionGivenUp), Events::forget);
        }
    }

    private void keep(EventKind kind, Hold hold, long atMillis, @Nullable String reason, boolean exclusionGivenUp) {
        if (hold.isSet()) {
            for (Part part : hold.parts()) {
                held(kind, part.resourceName(), hold, atMillis, reason, exclusionGivenUp);
            }
        } else {
            held(kind, hold.resourceName(), hold, atMillis, reason, exclusionGivenUp);
        }
        happened();
    }

    private void held(
            EventKind kind, String resourceName, Hold hold, long atMillis, @Nullable String reason, boolean givenUp) {
        buffer.add(kind, resourceName, hold.clientId(), hold.fencingToken(), atMillis, reason, givenUp);
    }

    private void waited(EventKind kind, Place place, @Nullable String reason) {
        long atMillis = time.wallMillis();
        if (log.isDurable()) {
            keep(kind, place, atMillis, reason);
        } else {
            log.whenDurable(() -> keep(kind, place, atMillis, reason), Events::forget);
        }
    }

    private void keep(EventKind kind, Place place, long atMillis, @Nullable String reason) {
        for (Part part : place.parts()) {
            buffer.add(kind, part.resourceName(), place.clientId(), 0, atMillis, reason, false);
        }
        happened();
    }

    /** It may not have happened. */
    private static void forget() {}

    private void happened() {
        if (!listeners.isEmpty()) {
            wake();
        }
    }
}
