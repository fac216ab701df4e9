package io.holdfast.server.service;

import io.holdfast.protocol.AcquireAllRequest;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.AcquireTerms;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.HealthAnswer;
import io.holdfast.protocol.ListAnswer;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LockMode;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.StatusAnswer;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.protocol.ValidateAnswer;
import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.AcquireOutcome;
import io.holdfast.server.core.Claim;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.Lease;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Place;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Resource;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Timer;
import io.holdfast.server.core.Timers;
import io.holdfast.server.core.Token;
import io.holdfast.server.core.Verdict;
import io.holdfast.server.log.Promises;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
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
    private static final int TIMERS_PER_TICK = 4_096;

    private final LockTable table;
    private final Timers timers;
    private final TimeSource time;
    private final Supplier<Token> tokens;
    private final Promises promises;
    private final ServiceLimits limits;
    private final Grants grants;
    private final Views views;
    private final WaitingRoom waitingRoom;
    private final Terms plainTerms;
    private final RecentNames clientIds = new RecentNames();
    private final Deque<Listing> listings = new ArrayDeque<>();
    private final long recoveredAtMillis;
    private boolean recovered;
    private boolean draining;

    /**
     * Creates a service that starts now.
     *
     * @param recoveryMillis how long locks of an earlier run may still be believed in: nothing is granted before
     */
    public LockService(
            LockTable table,
            TimeSource time,
            Supplier<Token> tokens,
            Promises promises,
            ServiceLimits limits,
            long recoveryMillis) {
        this.table = table;
        this.timers = new Timers(time.nowMillis());
        this.time = time;
        this.tokens = tokens;
        this.promises = promises;
        this.limits = limits;
        this.grants = new Grants(table, timers, time);
        this.views = new Views(table, grants);
        this.waitingRoom = new WaitingRoom(table, timers, time, grants, views, tokens, promises);
        this.plainTerms = new Terms(limits.defaultTtlMillis(), 0, Map.of());
        this.recoveredAtMillis = time.nowMillis() + recoveryMillis;
    }

    /** Grants the resource, or lets the caller wait for it as long as it asked for. */
    public void acquire(AcquireRequest request, Caller caller) {
        acquire(List.of(part(request.claim())), request.terms(), caller);
    }

    /**
     * Grants all of the resources or none, or lets the caller wait for them; waiting reserves none of them. The order they
     * are named in means nothing.
     */
    public void acquireAll(AcquireAllRequest request, Caller caller) {
        List<Part> parts = request.resources().stream()
                .map(LockService::part)
                .sorted(Comparator.comparing(Part::resourceName))
                .toList();
        acquire(parts, request.terms(), caller);
    }

    private void acquire(List<Part> parts, AcquireTerms wish, Caller caller) {
        LockAnswer refusal = refusalToGrant();
        if (refusal != null) {
            caller.answer(refusal);
            return;
        }
        Terms terms = terms(wish);
        if (promises.allows(terms.claimedMillis(), table.lastFencingToken() + 1)) {
            decide(parts, terms, wish, caller);
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

    private void decide(List<Part> parts, Terms terms, AcquireTerms wish, Caller caller) {
        RequestKey key = key(parts, wish);
        if (isFull(parts) && !isKnown(key)) {
            caller.answer(LockAnswer.limitExceeded("The server holds as many locks as it may", 1_000));
            return;
        }
        AcquireCommand command = new AcquireCommand(
                parts, clientIds.canonical(wish.clientId()), key, terms, tokens.get(), time.wallMillis());
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

    /** Makes sure that an acquire holds nothing, now and in future, whatever became of it. */
    public LockAnswer cancel(CancelRequest request) {
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

    /** Renews the lease that this token proves; it then runs for its full length from now. */
    public LockAnswer heartbeat(TokenRequest request) {
        Token token = Token.parse(request.lockToken());
        Hold hold = table.heldUnder(request.resourceName(), token);
        if (hold == null) {
            return refusal(table.check(request.resourceName(), token));
        }
        grants.renew(hold);
        return LockAnswer.heartbeatReceived(request.lockToken());
    }

    /** Ends the hold that this token proves, all of it. */
    public LockAnswer release(TokenRequest request) {
        Token token = Token.parse(request.lockToken());
        Hold hold = table.heldUnder(request.resourceName(), token);
        if (hold == null) {
            return refusal(table.check(request.resourceName(), token));
        }
        end(hold, EndReason.RELEASED);
        return LockAnswer.released();
    }

    private void end(Hold hold, EndReason reason) {
        grants.end(hold, reason);
        waitingRoom.handOver(hold.parts());
    }

    /** Who holds the resource. Ask {@link #refusalToTell} first. */
    public StatusAnswer status(String resourceName) {
        return views.status(resourceName);
    }

    /** Whether a fencing token is held now. Ask {@link #refusalToTell} first. */
    public ValidateAnswer validate(String resourceName, long fencingToken) {
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

    /** Ends what is due and goes on with long listings. To be called every 100 ms; again soon when it returns true. */
    public boolean tick() {
        boolean more = timers.tick(time.nowMillis(), TIMERS_PER_TICK, this::due);
        Listing listing = listings.peek();
        if (listing != null && listing.step()) {
            listings.remove();
        }
        return more || !listings.isEmpty();
    }

    private void due(Timer timer) {
        switch (timer.kind()) {
            case LEASE -> end(((Lease) timer).hold(), EndReason.EXPIRED);
            case PLACE -> waitingRoom.timeIsUp((Seat) timer);
            case LOCK_DELAY -> endDelay((DelayTimer) timer);
            case CONNECTION -> throw new IllegalStateException("connections have timers of their own");
        }
    }

    private void endDelay(DelayTimer delay) {
        table.endDelay(delay.resourceName(), delay.epoch());
        Resource resource = table.find(delay.resourceName());
        if (resource != null) {
            waitingRoom.handOver(resource);
        }
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

    private static LockAnswer refusal(Verdict verdict) {
        return verdict == Verdict.NOT_FOUND ? LockAnswer.notFound() : LockAnswer.invalidToken();
    }

    private Terms terms(AcquireTerms wish) {
        boolean plain = wish.ttlMs() == null
                && wish.lockDelayMs() == 0
                && wish.metadata().isEmpty();
        if (plain) {
            return plainTerms;
        }
        long ttlMillis = wish.ttlMs() != null ? wish.ttlMs() : limits.defaultTtlMillis();
        return new Terms(ttlMillis, wish.lockDelayMs(), wish.metadata());
    }

    private static long waitMillis(AcquireTerms wish, Terms terms) {
        return Math.min(wish.waitMs(), ProtocolLimits.MAX_WAIT_PER_TTL * terms.ttlMillis());
    }

    /** An acquire is named by its resource, a set by its smallest, which comes first. */
    private static @Nullable RequestKey key(List<Part> parts, AcquireTerms wish) {
        if (wish.requestId() == null || wish.clientId() == null) {
            return null;
        }
        String name = parts.stream()
                .map(Part::resourceName)
                .min(Comparator.naturalOrder())
                .orElseThrow();
        return new RequestKey(name, wish.clientId(), wish.requestId());
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
