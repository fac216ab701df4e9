package io.holdfast.client.blocking;

import io.holdfast.client.AcquireOptions;
import io.holdfast.client.LockClient;
import io.holdfast.client.LockClientOptions;
import io.holdfast.client.LockLostException;
import io.holdfast.client.LockOutcomeUnknownException;
import io.holdfast.client.LockRefusedException;
import io.holdfast.client.LockRequest;
import io.holdfast.client.LockUnavailableException;
import io.holdfast.protocol.StatusAnswer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The lock service for code that may wait. This class is thread-safe; one client serves a whole program.
 *
 * <pre>{@code
 * try (BlockingLockClient locks = BlockingLockClient.create()) {
 *     try (LockHandle lock = locks.acquire("orders/42", Duration.ofSeconds(5))) {
 *         store.write(order, lock.fencingToken());
 *     }
 *     try (LockHandle lock = locks.tryAcquire("my-resource")) {
 *         if (lock != null) {
 *             store.write(report, lock.fencingToken());
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>Locks are not re-entrant and belong to no thread: asking again for what this client holds finds it busy, and any
 * thread may close a handle. {@link #asLock} and {@link #asReadWriteLock} give views that are and do.
 *
 * <p>Failures say what to do: {@link LockRefusedException} do not repeat, {@link LockUnavailableException} repeat later,
 * {@link LockOutcomeUnknownException} it may have happened, {@link LockLostException} stop. A caller that is interrupted
 * while it waits gets an {@link InterruptedException}, and its request is cancelled on the server. A
 * resource name must be well-formed text and not blank, or the call throws {@link IllegalArgumentException}.
 *
 * <p>Every method that waits throws {@link IllegalStateException} at once when called on a Vert.x event loop: use
 * {@link LockClient} there. Worker threads may wait. After {@link #close} calls throw {@link IllegalStateException}, too.
 */
public final class BlockingLockClient implements AutoCloseable {
    /** Request time-outs the longest call can take one after the other besides its wait, and one to spare. */
    private static final int TIMEOUTS_PER_CALL = 11;

    private static final Duration BACK_OFFS_PER_CALL = Duration.ofSeconds(20);

    private final LockClient client;
    private final @Nullable Vertx owned;
    private final Parking parking;
    private final ThreadHolds threadHolds = new ThreadHolds();

    private BlockingLockClient(LockClient client, @Nullable Vertx owned, Parking parking) {
        this.client = client;
        this.owned = owned;
        this.parking = parking;
    }

    /** As {@link #create(LockClientOptions)} with {@link LockClientOptions#defaults()}: a server on this machine. */
    public static BlockingLockClient create() {
        return create(LockClientOptions.defaults());
    }

    /**
     * A client with a Vert.x of its own, which {@link #close} closes. Its threads are daemons: a program that ends
     * without closing the client does end, and the locks it still held end with their leases.
     */
    public static BlockingLockClient create(LockClientOptions options) {
        Vertx owned = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setUseDaemonThread(true));
        return create(owned, owned, options);
    }

    /** A client that uses {@code vertx} and leaves it to the caller to close it, after the client. */
    public static BlockingLockClient using(Vertx vertx, LockClientOptions options) {
        return create(vertx, null, options);
    }

    static BlockingLockClient create(Vertx vertx, @Nullable Vertx owned, LockClientOptions options) {
        Duration patience =
                options.requestTimeout().multipliedBy(TIMEOUTS_PER_CALL).plus(BACK_OFFS_PER_CALL);
        // On a thread that is not Vert.x's: the client lives on the context it is made on, and that of a worker stands
        // still while the worker waits.
        return CompletableFuture.supplyAsync(() -> {
                    Context home = vertx.getOrCreateContext();
                    return new BlockingLockClient(
                            LockClient.create(vertx, options), owned, new Parking(home, patience));
                })
                .join();
    }

    /** As {@link #tryAcquire(LockRequest)} for the exclusive lock of that name. */
    public @Nullable LockHandle tryAcquire(String name) throws InterruptedException {
        return tryAcquire(LockRequest.exclusive(name));
    }

    /**
     * Tries once, whatever the request's wait. Returns null if the lock cannot be had now.
     *
     * @throws LockUnavailableException if the service cannot be reached or cannot serve now: nothing happened
     * @throws LockOutcomeUnknownException if no usable answer came: the lock may be held until its lease ends
     * @throws LockRefusedException if the service does not like the request
     * @throws InterruptedException if interrupted before or while waiting for the answer: nothing stays locked
     */
    public @Nullable LockHandle tryAcquire(LockRequest request) throws InterruptedException {
        Waiting waiting = new Waiting(client, request.withWait(Duration.ZERO));
        return handle(parking.ask(waiting::beginTry, Duration.ZERO, waiting::giveUp));
    }

    /**
     * As {@link #acquire(LockRequest)} for the exclusive lock of that name.
     *
     * @param wait how long to wait in line; zero tries once
     */
    public LockHandle acquire(String name, Duration wait) throws InterruptedException {
        return acquire(LockRequest.exclusive(name).withWait(wait));
    }

    /** As {@link #acquire(LockRequest)} for the exclusive lock of that name, with these options. */
    public LockHandle acquire(String name, AcquireOptions options) throws InterruptedException {
        return acquire(LockRequest.exclusive(name).with(options));
    }

    /** As {@link #acquire(LockRequest)} for {@link LockRequest#all} of these requests' resources, with these options. */
    public LockHandle acquireAll(List<LockRequest> requests, AcquireOptions options) throws InterruptedException {
        return acquire(LockRequest.all(requests).with(options));
    }

    /**
     * Waits in line until the lock is granted or the wait is over. A service that cannot be reached meanwhile is asked
     * again, and a request whose outcome is unknown is repeated for as long as the service is sure to recognise it.
     *
     * @throws LockRefusedException with status {@code TIMEOUT} if the wait was in vain, {@code BUSY} if there was to be
     *     none, or if the service does not like the request
     * @throws LockUnavailableException if the service could not be reached or could not serve: nothing happened
     * @throws LockOutcomeUnknownException if no usable answer came: the lock may be held until its lease ends
     * @throws InterruptedException if interrupted before or while waiting; the request leaves the line at once, and what it
     *     was granted meanwhile is released
     */
    public LockHandle acquire(LockRequest request) throws InterruptedException {
        Waiting waiting = new Waiting(client, request);
        return new LockHandle(
                parking, parking.ask(waiting::begin, request.options().waitLimit(), waiting::giveUp));
    }

    /** As {@link #acquire(LockRequest)}, but an interrupt does not end the wait; it is left set. */
    LockHandle acquireUninterruptibly(LockRequest request) {
        Waiting waiting = new Waiting(client, request);
        return new LockHandle(
                parking,
                parking.askUninterruptibly(waiting::begin, request.options().waitLimit(), waiting::giveUp));
    }

    /** As {@link #tryAcquire(LockRequest)}, but an interrupt does not end the wait for the answer; it is left set. */
    @Nullable
    LockHandle tryAcquireUninterruptibly(LockRequest request) {
        Waiting waiting = new Waiting(client, request.withWait(Duration.ZERO));
        return handle(parking.askUninterruptibly(waiting::beginTry, Duration.ZERO, waiting::giveUp));
    }

    private @Nullable LockHandle handle(Optional<io.holdfast.client.LockHandle> granted) {
        return granted.isEmpty() ? null : new LockHandle(parking, granted.get());
    }

    /** As {@link #asLock(String, AcquireOptions)} with {@link AcquireOptions#defaults()}. */
    public LeasedLock asLock(String name) {
        return asLock(name, AcquireOptions.defaults());
    }

    /**
     * The exclusive lock of that name as a {@link java.util.concurrent.locks.Lock}, which belongs to the thread that locks it
     * and is re-entrant. Asks the service for nothing yet.
     *
     * @param options how to acquire it; their wait limit is not used
     */
    public LeasedLock asLock(String name, AcquireOptions options) {
        return asReadWriteLock(name, options).writeLock();
    }

    /** As {@link #asReadWriteLock(String, AcquireOptions)} with {@link AcquireOptions#defaults()}. */
    public LeasedReadWriteLock asReadWriteLock(String name) {
        return asReadWriteLock(name, AcquireOptions.defaults());
    }

    /**
     * The shared and the exclusive lock of that name as a {@link java.util.concurrent.locks.ReadWriteLock}. Asks the service
     * for nothing yet.
     *
     * @param options how to acquire them; their wait limit is not used
     */
    public LeasedReadWriteLock asReadWriteLock(String name, AcquireOptions options) {
        return new LeasedReadWriteLock(this, threadHolds, name, options);
    }

    /** As {@link #withLock(LockRequest, LockedWork)} for the exclusive lock of that name. */
    public <T extends @Nullable Object, X extends Exception> T withLock(
            String name, Duration wait, LockedWork<T, X> work) throws X, InterruptedException {
        return withLock(LockRequest.exclusive(name).withWait(wait), work);
    }

    /**
     * Acquires, runs {@code work} on this thread, and releases, however the work ended. The result is the work's result
     * or exception. Trouble with the release is not reported: the lease ends by itself.
     *
     * <pre>{@code
     * locks.withLock("orders/42", Duration.ofSeconds(5), lock -> store.write(order, lock.fencingToken()));
     * }</pre>
     *
     * @throws LockLostException if the work succeeded but the lock was lost before it was released: its result is not to
     *     be trusted. If the work failed as well, its exception carries this one as a suppressed one
     * @throws X if the work does
     * @throws InterruptedException as {@link #acquire(LockRequest)} does, and all its other exceptions; then
     *     the work was not begun
     */
    public <T extends @Nullable Object, X extends Exception> T withLock(LockRequest request, LockedWork<T, X> work)
            throws X, InterruptedException {
        LockHandle lock = acquire(request);
        try (Ending ending = lock::endWork) {
            return work.run(lock);
        }
    }

    /**
     * Asks who holds a resource.
     *
     * @throws LockUnavailableException if there was no usable answer: ask again
     * @throws LockRefusedException if the service does not like the request
     * @throws InterruptedException if interrupted before or while waiting for the answer
     */
    public StatusAnswer status(String name) throws InterruptedException {
        return parking.ask(() -> client.status(name), Duration.ZERO, () -> {});
    }

    /**
     * Whether anybody holds the resource. For people to look at: it may have changed when the answer arrives. Throws as
     * {@link #status} does.
     */
    public boolean isLocked(String name) throws InterruptedException {
        return status(name).isLocked();
    }

    /**
     * Releases what is held, gives up what is being acquired, closes the connections and, if it is this client's own,
     * Vert.x. Takes a few request time-outs at most if the service does not answer. Calling it again is harmless. A thread
     * that is interrupted does not wait and stays interrupted; closing goes on in the background.
     *
     * @throws IllegalStateException on a Vert.x event loop; nothing is closed then
     */
    @Override
    public void close() {
        parking.settle(() -> client.close().eventually(this::closeOwned));
    }

    private Future<Void> closeOwned() {
        return owned == null ? Future.succeededFuture() : owned.close();
    }

    /** What follows the work under a lock. */
    private interface Ending extends AutoCloseable {
        @Override
        void close();
    }
}
