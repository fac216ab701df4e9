package io.holdfast.server.service;

import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.HealthAnswer;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.StatusAnswer;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.AcquireOutcome;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.Lease;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Timer;
import io.holdfast.server.core.Timers;
import io.holdfast.server.core.Token;
import io.holdfast.server.core.Verdict;
import io.holdfast.server.log.Promises;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves the lock table: stamps each request's time, submits the command, keeps the leases and turns outcomes into
 * answers. Knows neither HTTP nor Vert.x. Confined to the event loop; nothing in it blocks.
 */
public final class LockService {
    /**
     * Timers looked at in one go, about two milliseconds of work. With at most one such batch of expiries per 50 ms, a
     * million leases that end at once are swept at some 80 000 a second.
     */
    private static final int TIMERS_PER_TICK = 4_096;

    private final LockTable table;
    private final Timers timers;
    private final TimeSource time;
    private final Supplier<Token> tokens;
    private final Promises promises;
    private final ServiceLimits limits;
    private final long recoveredAtMillis;
    private final RecentNames clientIds = new RecentNames();
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
        this.recoveredAtMillis = time.nowMillis() + recoveryMillis;
    }

    /** Grants the resource if it is free. The answer comes at once, or once the state file allows it. */
    public void acquire(AcquireRequest request, Consumer<LockAnswer> reply) {
        LockAnswer refusal = refusalToGrant();
        if (refusal != null) {
            reply.accept(refusal);
            return;
        }
        long ttlMillis = request.ttlMs() != null ? request.ttlMs() : limits.defaultTtlMillis();
        if (promises.allows(ttlMillis, table.lastFencingToken() + 1)) {
            reply.accept(grant(request, ttlMillis));
        } else {
            promises.await(ttlMillis, allowed -> {
                if (allowed) {
                    acquire(request, reply);
                } else {
                    reply.accept(LockAnswer.unavailable(UnavailableReason.OVERLOADED, 1_000));
                }
            });
        }
    }

    private LockAnswer grant(AcquireRequest request, long ttlMillis) {
        if (table.size() >= limits.maxLocks() && table.find(request.resourceName()) == null) {
            return LockAnswer.refused(Status.LIMIT_EXCEEDED, "The server holds as many locks as it may");
        }
        Token token = tokens.get();
        AcquireOutcome outcome = table.acquire(new AcquireCommand(
                request.resourceName(), clientIds.canonical(request.clientId()), token, ttlMillis, time.wallMillis()));
        if (!outcome.granted()) {
            return LockAnswer.busy(request.resourceName());
        }
        Hold hold = outcome.hold();
        Lease lease = new Lease(hold);
        hold.attachLease(lease);
        timers.arm(lease, time.nowMillis(), ttlMillis);
        return LockAnswer.acquired(token.toHex(), hold.fencingToken(), ttlMillis, ttlMillis);
    }

    /** Renews the lease that this token proves; it then runs for its full length from now. */
    public LockAnswer heartbeat(TokenRequest request) {
        Verdict verdict = table.check(request.resourceName(), Token.parse(request.lockToken()));
        if (verdict != Verdict.CURRENT) {
            return refusal(verdict);
        }
        Lease lease = leaseOf(request.resourceName());
        if (lease != null) {
            timers.extend(lease, time.nowMillis(), lease.hold().ttlMillis());
            lease.heartbeatAt(time.wallMillis());
        }
        return LockAnswer.heartbeatReceived(request.lockToken());
    }

    /** Ends the hold that this token proves. */
    public LockAnswer release(TokenRequest request) {
        Lease lease = leaseOf(request.resourceName());
        Verdict verdict = table.release(request.resourceName(), Token.parse(request.lockToken()));
        if (verdict != Verdict.CURRENT) {
            return refusal(verdict);
        }
        if (lease != null) {
            timers.cancel(lease);
        }
        return LockAnswer.released();
    }

    /** Who holds the resource. Ask {@link #refusalToTell} first. */
    public StatusAnswer status(String resourceName) {
        Lease lease = leaseOf(resourceName);
        if (lease == null) {
            return StatusAnswer.free(resourceName);
        }
        Hold hold = lease.hold();
        return new StatusAnswer(
                true,
                resourceName,
                hold.clientId(),
                Instant.ofEpochMilli(hold.acquiredAtMillis()),
                Instant.ofEpochMilli(lease.lastHeartbeatMillis()));
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

    /** Ends what is due. To be called every 100 ms; again soon when it returns true, because there is more. */
    public boolean tick() {
        return timers.tick(time.nowMillis(), TIMERS_PER_TICK, this::end);
    }

    private void end(Timer timer) {
        if (timer instanceof Lease lease) {
            table.expire(lease.hold().resourceName(), lease.hold().fencingToken());
        }
    }

    /** Whether the server grants locks now. */
    public HealthAnswer readiness() {
        UnavailableReason reason = notGranting();
        return reason == null ? HealthAnswer.UP : new HealthAnswer(false, reason);
    }

    /** From now on no lock is granted; heartbeats and releases are served to the end. */
    public void drain() {
        draining = true;
    }

    /** Whether nothing this run or an earlier one granted can still be believed in. */
    public boolean isClean() {
        return table.size() == 0 && isRecovered();
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

    private @Nullable Lease leaseOf(String resourceName) {
        Hold hold = table.find(resourceName);
        return hold == null ? null : hold.lease();
    }
}
