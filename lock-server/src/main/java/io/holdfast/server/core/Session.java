package io.holdfast.server.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One lease for all the locks of a client: they live as long as it is renewed. It ends at once, by one command; what it
 * held and waited for is then ended piece by piece, because there may be a hundred thousand of it, and counts for nothing
 * meanwhile. The lease is the timer this is, armed by the serving node. Confined to the event loop.
 */
public final class Session extends Timer {
    private final Token id;
    private final String clientId;
    private final Terms terms;
    private final long openedAtMillis;
    private final Set<Hold> holds = new LinkedHashSet<>();
    private final Set<Place> places = new LinkedHashSet<>();
    private final Deque<Loss> losses = new ArrayDeque<>();
    /** Names of what it holds and others wait for, kept as they come and go: a heartbeat walks nothing. */
    private final Set<String> wanted = new LinkedHashSet<>();

    private long lastLoss;
    private long told;
    private long lastHeartbeatMillis;
    private @Nullable EndReason endedBy;

    Session(Token id, String clientId, Terms terms, long openedAtMillis) {
        this.id = id;
        this.clientId = clientId;
        this.terms = terms;
        this.openedAtMillis = openedAtMillis;
        this.lastHeartbeatMillis = openedAtMillis;
    }

    /**
     * A lock it lost while it was alive. Immutable.
     *
     * @param number rises with every loss of the session
     * @param resourceName of a set, its first
     * @param detail what the holder is told besides; null for nothing
     */
    public record Loss(
            long number,
            String resourceName,
            long fencingToken,
            EndReason reason,
            @Nullable String detail) {}

    @Override
    public TimerKind kind() {
        return TimerKind.SESSION;
    }

    public Token id() {
        return id;
    }

    public String clientId() {
        return clientId;
    }

    /** What its locks have, unless they were asked for with terms of their own. */
    public Terms terms() {
        return terms;
    }

    /** Why it is over, or null while it lives. */
    public @Nullable EndReason endedBy() {
        return endedBy;
    }

    public boolean isOver() {
        return endedBy != null;
    }

    /** The oldest of its holds, or null. */
    public @Nullable Hold firstHold() {
        return holds.isEmpty() ? null : holds.iterator().next();
    }

    /** The oldest of its places, or null. */
    public @Nullable Place firstPlace() {
        return places.isEmpty() ? null : places.iterator().next();
    }

    /** Losses that were not acknowledged, the oldest first, no more than {@code limit}. */
    public List<Loss> losses(int limit) {
        return first(limit, losses);
    }

    /**
     * Whether a loss of that number has been told. Known to the serving node alone: after a restart everything that was not
     * acknowledged is told again.
     */
    public boolean hasTold(long number) {
        return number <= told;
    }

    /** Called by the serving node when it tells losses up to that number. */
    public void tell(long number) {
        told = Math.max(told, number);
    }

    /** The number of the newest loss that was acknowledged, or forgotten, or 0. */
    public long acknowledged() {
        return losses.isEmpty() ? lastLoss : losses.getFirst().number() - 1;
    }

    /** Names of what it holds and others wait for; when there are more than {@code limit}, others the next time. */
    public List<String> wanted(int limit) {
        List<String> told = first(limit, wanted);
        if (told.size() < wanted.size()) {
            told.forEach(wanted::remove);
            wanted.addAll(told);
        }
        return told;
    }

    private static <T> List<T> first(int limit, Iterable<T> all) {
        List<T> first = new ArrayList<>();
        for (T one : all) {
            if (first.size() == limit) {
                break;
            }
            first.add(one);
        }
        return first;
    }

    /** Wall-clock time of its opening, to be shown only. */
    public long openedAtMillis() {
        return openedAtMillis;
    }

    /** The number of its newest loss, acknowledged or not, or 0. */
    public long lastLoss() {
        return lastLoss;
    }

    void restoreLosses(long newest, List<Loss> untold) {
        lastLoss = newest;
        losses.addAll(untold);
    }

    /** Wall-clock time of the last heartbeat, to be shown only; opening counts as the first. */
    public long lastHeartbeatMillis() {
        return lastHeartbeatMillis;
    }

    /** Called by the serving node when it has renewed the lease. */
    public void heartbeatAt(long wallMillis) {
        lastHeartbeatMillis = wallMillis;
    }

    void add(Hold hold) {
        holds.add(hold);
    }

    void remove(Hold hold) {
        holds.remove(hold);
    }

    void add(Place place) {
        places.add(place);
    }

    void remove(Place place) {
        places.remove(place);
    }

    void wanted(String resourceName) {
        wanted.add(resourceName);
    }

    void notWanted(String resourceName) {
        wanted.remove(resourceName);
    }

    void lost(Hold hold, EndReason reason, @Nullable String detail) {
        lastLoss++;
        losses.add(new Loss(lastLoss, hold.resourceName(), hold.fencingToken(), reason, detail));
    }

    /** Whether there is a loss up to that number to forget. */
    boolean acknowledges(long number) {
        return !losses.isEmpty() && losses.getFirst().number() <= number;
    }

    void acknowledge(long number) {
        while (!losses.isEmpty() && losses.getFirst().number() <= number) {
            losses.removeFirst();
        }
    }

    void end(EndReason reason) {
        endedBy = reason;
        wanted.clear();
        losses.clear();
    }
}
