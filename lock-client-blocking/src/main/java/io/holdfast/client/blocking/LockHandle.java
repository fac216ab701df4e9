package io.holdfast.client.blocking;

import io.holdfast.client.HoldState;
import io.holdfast.client.LockLostException;
import io.holdfast.client.LossReason;
import io.holdfast.client.ReleaseResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;

/**
 * A lock that was acquired, to be closed when done with. Its lease is renewed in the background until it is released or
 * lost. This class is thread-safe, and any thread may close it; only {@link #release} and {@link #close} wait, everything
 * else is answered at once, by the clock.
 *
 * <p>Holding a lock does not stop time: between {@link #isHeld} and the write it protects the lock can be lost. Send
 * {@link #fencingToken} with every such write and let the store reject one that is lower than it has seen.
 */
public final class LockHandle implements AutoCloseable {
    private final Parking parking;
    private final io.holdfast.client.LockHandle lock;
    private final List<LossInterrupt> interrupts = new CopyOnWriteArrayList<>();
    private volatile boolean releasing;

    LockHandle(Parking parking, io.holdfast.client.LockHandle lock) {
        this.parking = parking;
        this.lock = lock;
    }

    /** The resource; of a set the first one that was asked for, which stands for all. */
    public String name() {
        return lock.name();
    }

    /** All resources this lock is on, in the order they were asked for; one, unless it is a set. */
    public List<String> names() {
        return lock.names();
    }

    /** The secret that proves the hold; not to be logged or handed to others. */
    public String token() {
        return lock.token();
    }

    /**
     * The public number of this hold; higher than that of any hold granted before, of any resource.
     *
     * @throws UnsupportedOperationException if the server gives none; then nothing protects a write that comes too late
     */
    public long fencingToken() {
        return lock.fencingToken();
    }

    /** Whether the lock is held now. */
    public boolean isHeld() {
        return lock.isHeld();
    }

    /** How this handle stands with its lock now. */
    public HoldState state() {
        return lock.state();
    }

    /** How long the lock stays held if no further heartbeat succeeds; zero when it is not held, never negative. */
    public Duration remaining() {
        return lock.remaining();
    }

    /**
     * Returns if the lock is held and will be for at least that long, and throws otherwise. At most 0.9 of the lease can
     * be asked for with any hope.
     *
     * @throws LockLostException if it is not; then do not begin the step this was asked for
     */
    public void ensureHeld(Duration atLeast) {
        lock.ensureHeld(atLeast);
    }

    /**
     * Completes with the reason when the lock is lost, and never if it is released in time; asked for after the client
     * was closed, it fails with {@link IllegalStateException}. What is attached to it runs on the client's event loop and
     * must not wait: attach what does with {@link CompletionStage#thenAcceptAsync}.
     */
    public CompletionStage<LossReason> lost() {
        return parking.begin(lock::lost).toCompletionStage();
    }

    /**
     * From now on, interrupts the calling thread when the lock is lost, once; at once if it is lost already. Does nothing
     * after a release has begun, nor when called again on the same thread; each thread that works under the lock may call
     * it.
     *
     * <pre>{@code
     * try (LockHandle lock = locks.acquire("orders/42", patience).interruptOnLoss()) {
     *     queue.put(step); // throws InterruptedException when the lock is lost
     * }
     * }</pre>
     *
     * <p>{@link #release} and {@link #close} put an end to it before they do anything else: no interrupt comes after they
     * have begun. One that came before and was not consumed is taken back when the interrupted thread itself releases, so
     * that its next work starts without it; whether the lock was lost {@link #release} tells, and
     * {@link BlockingLockClient#withLock} throws. An interrupt by somebody else that comes between the loss and the release
     * cannot be told from this one and is taken back with it; one that came before the loss is not.
     *
     * @return this handle
     */
    public LockHandle interruptOnLoss() {
        Thread worker = Thread.currentThread();
        if (interrupts.stream().noneMatch(interrupt -> interrupt.isFor(worker))) {
            LossInterrupt interrupt = new LossInterrupt(worker);
            interrupts.add(interrupt);
            if (releasing) {
                interrupt.end();
            } else {
                lock.onLost(reason -> interrupt.lost());
            }
        }
        return this;
    }

    /**
     * Gives the lock back and waits until the server answered or was asked in vain three times. Never fails because of
     * the lock; calling it again, also after {@link #close}, is harmless and tells what came of the first time.
     *
     * <p>A thread that is interrupted does not wait any longer and stays interrupted; the release goes on in the
     * background, and until its outcome is known the result is {@link ReleaseResult#UNKNOWN}, or
     * {@link ReleaseResult#ALREADY_LOST} for a lock that is known to be lost. So it is after the client was closed, which
     * releases every lock.
     *
     * @throws IllegalStateException on a Vert.x event loop; the lock is not released then
     */
    public ReleaseResult release() {
        Parking.requireMayPark();
        releasing = true;
        interrupts.forEach(LossInterrupt::end);
        return parking.settle(lock::release).orElseGet(this::releaseUnanswered);
    }

    /**
     * As {@link #release}, for try-with-resources: a lost lock is no reason to throw here. Ask {@link #release} what came
     * of it, or use {@link BlockingLockClient#withLock}, which fails when the lock was lost.
     *
     * @throws IllegalStateException on a Vert.x event loop; the lock is not released then
     */
    @Override
    public void close() {
        release();
    }

    /** Releases, and throws if the lock was lost before. */
    void endWork() {
        release();
        if (lock.state() == HoldState.LOST) {
            lock.ensureHeld(Duration.ZERO);
        }
    }

    private ReleaseResult releaseUnanswered() {
        try {
            // Not to be waited for; but from here on, whatever happens, this handle must not say that it is held.
            lock.release();
        } catch (RejectedExecutionException e) {
            // Vert.x is closed, so nothing can be sent: the lease ends by itself.
        }
        return lock.state() == HoldState.LOST ? ReleaseResult.ALREADY_LOST : ReleaseResult.UNKNOWN;
    }

    /** Without the secret token. */
    @Override
    public String toString() {
        return lock.toString();
    }
}
