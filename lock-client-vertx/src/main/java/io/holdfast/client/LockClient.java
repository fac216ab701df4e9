package io.holdfast.client;

import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.StatusAnswer;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The async client of the lock service. This class is thread-safe. Its state and its heartbeats live on the event loop
 * it was created on (or, created elsewhere, on one of its own): create it where it is to stay alive, and {@link #close} it
 * when done. By default its locks live in one session, which it opens when it needs one, and keeps with one heartbeat however
 * many they are. Results arrive on the context the call came from; for calls from other threads, on the
 * client's.
 *
 * <p>Locks are not re-entrant: asking again for what this client holds finds it busy. Failures say what to do:
 * {@link LockRefusedException} do not repeat, {@link LockUnavailableException} repeat later,
 * {@link LockOutcomeUnknownException} it may have happened, {@link LockLostException} stop. After {@link #close} every
 * call fails with {@link IllegalStateException}. A resource name must be well-formed text and not blank, or the call
 * throws {@link IllegalArgumentException}.
 */
public final class LockClient {
    private final Callers callers;
    private final Ticker ticker;
    private final HttpLockApi api;
    private final LockKeeping locks;
    private final EventFeeds feeds;

    private LockClient(Callers callers, Ticker ticker, HttpLockApi api, LockKeeping locks, EventFeeds feeds) {
        this.callers = callers;
        this.ticker = ticker;
        this.api = api;
        this.locks = locks;
        this.feeds = feeds;
    }

    /** A client that uses {@code vertx} and leaves it to the caller to close it, after the client. */
    public static LockClient create(Vertx vertx, LockClientOptions options) {
        RandomGenerator jitter = new SplittableRandom(new SecureRandom().nextLong());
        return create(vertx, options, TimeSource.system(), Ticker.PERIOD_MILLIS, jitter);
    }

    static LockClient create(
            Vertx vertx, LockClientOptions options, TimeSource time, long tickMillis, RandomGenerator random) {
        Callers callers = Callers.on(vertx);
        Ticker ticker = new Ticker(vertx, time, tickMillis);
        HttpLockApi api = HttpLockApi.create(vertx, options, ticker);
        long requestTimeoutMillis = options.requestTimeout().toMillis();
        Means means = new Means(
                api,
                ticker,
                new ServerLevel(),
                new Errands(ticker, random),
                new RequestIds(),
                random,
                requestTimeoutMillis,
                new Watchdog(time));
        LockKeeping locks = new LockKeeping(callers, means, options);
        return new LockClient(callers, ticker, api, locks, new EventFeeds(vertx, options, means, callers.owner()));
    }

    /** As {@link #tryAcquire(LockRequest)} for the exclusive lock of that name. */
    public Future<Optional<LockHandle>> tryAcquire(String name) {
        return tryAcquire(LockRequest.exclusive(name));
    }

    /**
     * Tries once, whatever the request's wait. Empty if the lock cannot be had now.
     *
     * <p>The future fails with {@link LockUnavailableException}, {@link LockOutcomeUnknownException} or, if the service
     * does not like the request, {@link LockRefusedException}.
     */
    public Future<Optional<LockHandle>> tryAcquire(LockRequest request) {
        return begin(request.withWait(Duration.ZERO)).tried();
    }

    /** As {@link #acquire(LockRequest)} for the exclusive lock of that name, with these options. */
    public Future<LockHandle> acquire(String name, AcquireOptions options) {
        return acquire(LockRequest.exclusive(name).with(options));
    }

    /** As {@link #acquire(LockRequest)} for {@link LockRequest#all} of these requests' resources, with these options. */
    public Future<LockHandle> acquireAll(List<LockRequest> requests, AcquireOptions options) {
        return acquire(LockRequest.all(requests).with(options));
    }

    /**
     * Waits in line until the lock is granted or the wait is over. A service that cannot be reached meanwhile is asked
     * again, and a request whose outcome is unknown is repeated for as long as the service is sure to recognise it. A
     * service that keeps no line is asked again and again instead; what it grants to a request whose answer gets lost stays
     * locked until its lease ends.
     *
     * <p>The future fails with {@link LockRefusedException} (with status {@code TIMEOUT} if the wait was in vain, or
     * {@code BUSY} if there was to be none), {@link LockUnavailableException} or {@link LockOutcomeUnknownException}.
     */
    public Future<LockHandle> acquire(LockRequest request) {
        return begin(request).future();
    }

    /** As {@link #acquire(LockRequest)}, for a caller that may want to give up before the wait is over. */
    public PendingLock begin(LockRequest request) {
        return PendingLock.begin(callers, locks, request);
    }

    /** As {@link #withLock(String, AcquireOptions, Function)} with {@link AcquireOptions#defaults()}. */
    public <T> Future<T> withLock(String name, Function<LockHandle, Future<T>> work) {
        return withLock(name, AcquireOptions.defaults(), work);
    }

    /** As {@link #withLock(LockRequest, Function)} for the exclusive lock of that name, with these options. */
    public <T> Future<T> withLock(String name, AcquireOptions options, Function<LockHandle, Future<T>> work) {
        return withLock(LockRequest.exclusive(name).with(options), work);
    }

    /**
     * Acquires, runs {@code work}, and releases when the work's future is complete, however it ended. The result is the
     * work's result or failure. If the lock was lost during the work, its result is not to be trusted, and the future
     * fails with {@link LockLostException}; work that can be stopped should watch {@link LockHandle#lost()} itself.
     * Trouble with the release is not reported: the lease ends by itself.
     *
     * <p>If the lock was not acquired, fails as {@link #acquire} does, and the work is not begun.
     */
    public <T> Future<T> withLock(LockRequest request, Function<LockHandle, Future<T>> work) {
        return acquire(request).compose(handle -> begin(work, handle)
                .transform(done -> handle.release().compose(released -> finish(handle, done, released))));
    }

    /** Asks who holds a resource. The future fails with {@link LockUnavailableException} or {@link LockRefusedException}. */
    public Future<StatusAnswer> status(String name) {
        LockRequest.requireName(name);
        return callers.call(() -> locks.status(name));
    }

    /** Whether anybody holds the resource. For people to look at: it may have changed when the answer arrives. */
    public Future<Boolean> isLocked(String name) {
        return status(name).map(StatusAnswer::isLocked);
    }

    /** As {@link #breakLock(String, String, Duration)}; others get the lock when the lease has ended that is broken. */
    public Future<Optional<LockBreak>> breakLock(String name, String reason) {
        return breakLock(new BreakRequest(name, reason, null));
    }

    /**
     * Takes a lock from whoever holds it, whatever holds it: an operator's last resort. Its holders are told with their next
     * heartbeat. Empty if nobody holds it. Never repeated by itself: a second one might hit the next holder.
     *
     * @param reason told to the holders and shown in events; at most 256 characters
     * @param grace how long the lock is granted to nobody. When that is less than what is left of the broken lease, the old
     *     holder may work on at the same time as the next one, and only the fencing token keeps them apart
     * @return fails with {@link LockRefusedException} (with status {@code FORBIDDEN} where the service is not to be asked
     *     that), {@link LockUnavailableException} or {@link LockOutcomeUnknownException}
     */
    public Future<Optional<LockBreak>> breakLock(String name, String reason, Duration grace) {
        return breakLock(new BreakRequest(name, reason, grace.toMillis()));
    }

    private Future<Optional<LockBreak>> breakLock(BreakRequest request) {
        LockRequest.requireName(request.resourceName());
        return callers.call(() -> locks.breakLock(request));
    }

    /** As {@link #eventsAfter}, beginning with the next event. */
    public LockEvents events(String prefix, LockEventListener listener) {
        return events(prefix, OptionalLong.empty(), listener);
    }

    /**
     * Has {@code listener} told of what happens to resources whose names start with {@code prefix}, after the event with that
     * id. It is called on this context, or from other threads on the client's. A broken connection is made again, and goes on
     * where it was. To be closed when done with; closing the client does, too.
     */
    public LockEvents eventsAfter(long lastId, String prefix, LockEventListener listener) {
        return events(prefix, OptionalLong.of(lastId), listener);
    }

    private LockEvents events(String prefix, OptionalLong lastId, LockEventListener listener) {
        EventFeed feed = feeds.prepare(prefix, lastId, callers.caller(), listener);
        callers.call(() -> {
                    feeds.start(feed);
                    return Future.succeededFuture();
                })
                .onFailure(feed::failed);
        return new LockEvents(callers, feed);
    }

    /**
     * Gives back what is held, gives up what is being acquired, and closes the connections. Never fails, calling it again
     * is harmless. Takes a few request time-outs at most if the service does not answer.
     */
    public Future<Void> close() {
        return callers.call(() -> {
                    feeds.close();
                    return locks.close();
                })
                .otherwiseEmpty();
    }

    /** Does what is due now; for tests that bring their own time. */
    Future<Void> tick() {
        return callers.call(() -> {
            ticker.tick();
            return Future.succeededFuture();
        });
    }

    /** Completes when every request under way was answered; for tests. */
    Future<Void> whenIdle() {
        return callers.call(api::whenIdle);
    }

    /** Whether the periodic timer runs; for tests. */
    Future<Boolean> isTicking() {
        return callers.call(() -> Future.succeededFuture(ticker.isArmed()));
    }

    /** Whatever the work does wrong must end in a future, so that the lock is released after it. */
    private static <T> Future<T> begin(Function<LockHandle, Future<T>> work, LockHandle handle) {
        try {
            Future<T> result = work.apply(handle);
            return result != null
                    ? result
                    : Future.failedFuture(new NullPointerException("the work returned no future"));
        } catch (Throwable thrown) {
            return Future.failedFuture(thrown);
        }
    }

    private static <T> Future<T> finish(LockHandle handle, AsyncResult<T> done, ReleaseResult released) {
        if (released != ReleaseResult.ALREADY_LOST && released != ReleaseResult.NOT_HELD) {
            return done.succeeded() ? Future.succeededFuture(done.result()) : Future.failedFuture(done.cause());
        }
        LockLostException lost = handle.lostBecause(handle.lossReason(), "was lost during the work");
        if (done.succeeded()) {
            return Future.failedFuture(lost);
        }
        done.cause().addSuppressed(lost);
        return Future.failedFuture(done.cause());
    }
}
