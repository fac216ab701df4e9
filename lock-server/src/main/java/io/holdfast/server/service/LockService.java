package io.holdfast.server.service;

import io.holdfast.protocol.AcquireAllRequest;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.HealthAnswer;
import io.holdfast.protocol.ListAnswer;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpenRequest;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.StatusAnswer;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.protocol.ValidateAnswer;
import io.holdfast.server.core.BrokenHold;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Place;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Timer;
import io.holdfast.server.core.Timers;
import io.holdfast.server.core.Token;
import io.holdfast.server.core.Verdict;
import io.holdfast.server.log.Promises;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves the lock table: stamps each request's time, submits the command, keeps the leases and turns outcomes into
 * answers. Knows neither HTTP nor Vert.x. Confined to the event loop; nothing in it blocks.
 */
public final class LockService {
    /**
     * Timers looked at in one go, one or two milliseconds of work; while there are more, the next go follows a
     * millisecond later.
     */
    private static final int TIMERS_PER_TICK = 1_000;

    private final LockTable table;
    private final Timers timers;
    private final TimeSource time;
    private final Grants grants;
    private final Views views;
    private final WaitingRoom waitingRoom;
    private final Sessions sessions;
    private final Acquires acquires;
    private final Breaks breaks;
    private final Events events;
    private final Deque<Listing> listings = new ArrayDeque<>();
    private final long recoveredAtMillis;
    private boolean recovered;
    private boolean draining;

    /**
     * Creates a service that starts now.
     *
     * @param recoveryMillis how long locks of an earlier run may still be believed in: nothing is granted before
     * @param events where what happens is told
     */
    public LockService(
            LockTable table,
            TimeSource time,
            Supplier<Token> tokens,
            Promises promises,
            ServiceLimits limits,
            long recoveryMillis,
            Events events) {
        this.table = table;
        this.timers = new Timers(time.nowMillis());
        this.time = time;
        this.grants = new Grants(table, timers, time, events);
        this.views = new Views(table, grants);
        this.waitingRoom = new WaitingRoom(table, timers, time, grants, views, tokens, promises, events);
        this.sessions =
                new Sessions(table, timers, time, tokens, promises, limits, grants, waitingRoom, this::refusalToGrant);
        this.acquires = new Acquires(
                table, time, tokens, promises, limits, grants, views, waitingRoom, sessions, this::refusalToGrant);
        this.breaks = new Breaks(table, timers, time, promises, grants, waitingRoom);
        this.events = events;
        this.recoveredAtMillis = time.nowMillis() + recoveryMillis;
    }

    /**
     * Goes on with a table that an earlier run left: whatever ends by time runs in full from now (lease rule S12). To be
     * called before anything else, in one piece, because a request must not meet half of it.
     */
    public void resume() {
        new Resumption(table, timers, time, grants, sessions, waitingRoom).run();
    }

    /** Grants the resource, or lets the caller wait for it as long as it asked for. */
    public void acquire(AcquireRequest request, Caller caller) {
        acquires.acquire(request, caller);
    }

    /** Grants all of the resources or none, or lets the caller wait for them. */
    public void acquireAll(AcquireAllRequest request, Caller caller) {
        acquires.acquireAll(request, caller);
    }

    /** Opens a session, or says why not. */
    public void openSession(SessionOpenRequest request, Consumer<SessionOpened> opened, Consumer<LockAnswer> refused) {
        sessions.open(request, opened, refused);
    }

    /** Renews a session; null if there is none of that id: answer {@link #sessionNotFound}. */
    public @Nullable SessionBeaten heartbeat(SessionRequest request) {
        return sessions.heartbeat(request, draining);
    }

    /** Ends a session with all that it holds. */
    public LockAnswer closeSession(SessionRequest request) {
        return sessions.close(request);
    }

    /** The answer to whoever names a session that does not live. */
    public static LockAnswer sessionNotFound() {
        return Sessions.notFound();
    }

    /** Makes sure that an acquire holds nothing, now and in future, whatever became of it. */
    public LockAnswer cancel(CancelRequest request) {
        sessions.clear(request.resourceName());
        RequestKey key = new RequestKey(request.resourceName(), request.clientId(), request.requestId());
        Place place = table.placeOf(key);
        Hold hold = table.holdOf(key);
        if (place != null) {
            waitingRoom.drop(place, EndReason.CANCELLED);
        } else if (hold != null) {
            end(hold, EndReason.CANCELLED);
        } else {
            table.forestall(key);
        }
        return LockAnswer.cancelled();
    }

    /** Renews the lease that this token proves, which then runs for its full length from now; a session's stays as it is. */
    public LockAnswer heartbeat(TokenRequest request) {
        sessions.clear(request.resourceName());
        Token token = Token.parse(request.lockToken());
        Hold hold = table.heldUnder(request.resourceName(), token);
        if (hold == null) {
            return refusal(request.resourceName(), token);
        }
        if (hold.session() != null) {
            return LockAnswer.heartbeatReceived(request.lockToken(), grants.remainingMillis(hold));
        }
        grants.renew(hold);
        return LockAnswer.heartbeatReceived(request.lockToken());
    }

    /** Ends the hold that this token proves, all of it. */
    public LockAnswer release(TokenRequest request) {
        sessions.clear(request.resourceName());
        Token token = Token.parse(request.lockToken());
        Hold hold = table.heldUnder(request.resourceName(), token);
        if (hold == null) {
            return refusal(request.resourceName(), token);
        }
        end(hold, EndReason.RELEASED);
        return LockAnswer.released();
    }

    /** Takes a resource from all who hold it, with all else they hold under the same tokens. */
    public void breakHolds(BreakRequest request, Caller caller) {
        LockAnswer refusal = refusalToTell();
        if (refusal != null) {
            caller.answer(refusal);
        } else {
            sessions.clear(request.resourceName());
            breaks.start(request, caller);
        }
    }

    private void end(Hold hold, EndReason reason) {
        grants.end(hold, reason);
        waitingRoom.handOver(hold.parts());
    }

    /** Who holds the resource. Ask {@link #refusalToTell} first. */
    public StatusAnswer status(String resourceName) {
        sessions.clear(resourceName);
        return views.status(resourceName);
    }

    /** Whether a fencing token is held now. Ask {@link #refusalToTell} first. */
    public ValidateAnswer validate(String resourceName, long fencingToken) {
        sessions.clear(resourceName);
        return views.validate(resourceName, fencingToken);
    }

    /**
     * Lists what is held or waited for. Ask {@link #refusalToTell} first. A long list is put together over several ticks.
     *
     * @param after the last name of the page before, or null for the first page
     */
    public void list(String prefix, @Nullable String after, int limit, Consumer<ListAnswer> reply) {
        Listing listing = new Listing(table, views, prefix, after, limit, reply);
        if (!listing.step()) {
            listings.add(listing);
        }
    }

    /**
     * Why the server cannot say whether a resource is locked, or null when it can: while locks of the last run may still
     * be believed in, "free" would be a lie.
     */
    public @Nullable LockAnswer refusalToTell() {
        return isRecovered()
                ? null
                : LockAnswer.unavailable(UnavailableReason.RECOVERING, recoveredAtMillis - time.nowMillis());
    }

    /** Why nobody may begin to listen to {@link #events} now, or null. */
    public @Nullable LockAnswer refusalToListen() {
        return refusalToGrant();
    }

    /** What happens to the locks. Ask {@link #refusalToListen} first. */
    public Events events() {
        return events;
    }

    /** Ends what is due, goes on with long listings and breaks, and keeps listeners awake. To be called every 100 ms; again soon when it returns true. */
    public boolean tick() {
        boolean more = timers.tick(time.nowMillis(), TIMERS_PER_TICK, this::due);
        Listing listing = listings.peek();
        if (listing != null && listing.step()) {
            listings.remove();
        }
        boolean ending = sessions.step();
        boolean breaking = breaks.step();
        events.tick();
        return more || ending || breaking || !listings.isEmpty();
    }

    private void due(Timer timer) {
        switch (timer.kind()) {
            case LEASE -> end((Hold) timer, EndReason.EXPIRED);
            case SESSION -> sessions.expire((Session) timer);
            case PLACE -> waitingRoom.timeIsUp((Seat) timer);
            case HEAD_START -> waitingRoom.endHeadStart((HeadStart) timer);
            case LOCK_DELAY -> endDelay((DelayTimer) timer);
            case CONNECTION -> throw new IllegalStateException("connections have timers of their own");
        }
    }

    private void endDelay(DelayTimer delay) {
        table.endDelay(delay.resourceName(), delay.epoch());
        waitingRoom.handOver(delay.resourceName());
    }

    /** Whether the server grants locks now. */
    public HealthAnswer readiness() {
        UnavailableReason reason = notGranting();
        return reason == null ? HealthAnswer.UP : new HealthAnswer(false, reason);
    }

    /** From now on no lock is granted and nobody waits; heartbeats and releases are served to the end. */
    public void drain() {
        draining = true;
        for (int shard = 0; shard < table.shards(); shard++) {
            table.shard(shard).forEach(waitingRoom::sendAway);
        }
    }

    /** Whether a listing or a break is under way that takes more than one tick. */
    public boolean isBusy() {
        return !listings.isEmpty() || breaks.isUnderWay();
    }

    /** Whether nothing is held now. */
    public boolean isEmpty() {
        return table.size() == 0;
    }

    /** Whether nothing this run or an earlier one granted can still be believed in. */
    public boolean isClean() {
        return isEmpty() && table.delays() == 0 && isRecovered();
    }

    private @Nullable UnavailableReason notGranting() {
        if (draining) {
            return UnavailableReason.DRAINING;
        }
        return isRecovered() ? null : UnavailableReason.RECOVERING;
    }

    /** Asks the clock until the answer is yes, and never again. */
    private boolean isRecovered() {
        recovered = recovered || recoveredAtMillis <= time.nowMillis();
        return recovered;
    }

    private @Nullable LockAnswer refusalToGrant() {
        return draining ? LockAnswer.unavailable(UnavailableReason.DRAINING, 1_000) : refusalToTell();
    }

    private LockAnswer refusal(String resourceName, @Nullable Token token) {
        BrokenHold broken = table.brokenUnder(resourceName, token);
        if (broken != null) {
            return LockAnswer.lostByBreak(broken.reason());
        }
        return table.check(resourceName, token) == Verdict.NOT_FOUND
                ? LockAnswer.notFound()
                : LockAnswer.invalidToken();
    }
}
