package io.holdfast.client.blocking;

import io.holdfast.client.LockLostException;
import io.holdfast.client.LockOutcomeUnknownException;
import io.holdfast.client.LockRefusedException;
import io.holdfast.client.LockRequest;
import io.holdfast.client.LockUnavailableException;
import io.holdfast.protocol.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * A lock of the service as a {@link Lock}: it belongs to a thread and is re-entrant, and it is still a lease that can be
 * lost. This class is thread-safe.
 *
 * <pre>{@code
 * LeasedLock lock = locks.asLock("orders/42");
 * lock.lock();
 * try {
 *     store.write(order, lock.fencingToken());
 * } finally {
 *     lock.unlock(); // throws LockLostException if the lock was lost
 * }
 * }</pre>
 *
 * <p><b>Re-entrancy</b> is counted per thread and name, over all views of one client, so it does not matter which view
 * of a name a thread uses. The service is asked for the first {@code lock} only and told of the last {@code unlock}. Two
 * threads keep each other out through the service, as two programs do, and stand in its line: first come, first served,
 * and {@link #tryLock()} overtakes nobody who waits. What a thread did before its last {@code unlock}, the next thread of
 * the same client sees after its {@code lock}. A thread that ends without {@code unlock} leaves the resource locked until
 * the client is closed.
 *
 * <p><b>Loss.</b> A lock that was lost is never taken for a held one, nor silently taken anew: locking it again throws
 * {@link LockLostException} until the thread has unlocked it as often as it had locked it. {@link #unlock} always counts
 * down, and throws that exception, too, if the lock was lost: what was done under it is not to be trusted.
 *
 * <p>Besides, every call that asks the service throws what {@link BlockingLockClient#acquire(LockRequest)} throws:
 * {@link LockRefusedException}, {@link LockUnavailableException}, {@link LockOutcomeUnknownException}, and
 * {@link IllegalStateException} on a Vert.x event loop and after the client was closed.
 */
public final class LeasedLock implements Lock {
    /** As long as can be asked for; see {@link LockRequest#withWait}. */
    private static final Duration FOR_EVER = Duration.ofDays(365);

    private final BlockingLockClient client;
    private final ThreadHolds holds;
    private final LockRequest request;
    private final String name;
    private final boolean exclusive;
    private final boolean interrupting;

    LeasedLock(BlockingLockClient client, ThreadHolds holds, LockRequest request, boolean exclusive) {
        this(client, holds, request, exclusive, false);
    }

    private LeasedLock(
            BlockingLockClient client,
            ThreadHolds holds,
            LockRequest request,
            boolean exclusive,
            boolean interrupting) {
        this.client = client;
        this.holds = holds;
        this.request = request;
        this.name = request.names().get(0);
        this.exclusive = exclusive;
        this.interrupting = interrupting;
    }

    /**
     * The same lock, but a thread that has locked it through this view is interrupted when it is lost, until it unlocks it
     * for the last time; see {@link LockHandle#interruptOnLoss}.
     */
    public LeasedLock interruptingOnLoss() {
        return new LeasedLock(client, holds, request, exclusive, true);
    }

    /** The resource. */
    public String name() {
        return name;
    }

    /**
     * Waits until this thread has the lock, for a year at most; a service that cannot be reached is asked again for as
     * long. An interrupt does not end the wait and is left set.
     *
     * @throws LockLostException if this thread had the lock and lost it
     * @throws IllegalStateException if this thread holds the read lock and this is the write lock: it would wait for
     *     itself
     */
    @Override
    public void lock() {
        if (!enteredAgain()) {
            entered(client.acquireUninterruptibly(request.withWait(FOR_EVER)));
        }
    }

    /** As {@link #lock}, but an interrupt ends the wait: the request leaves the line, and nothing stays locked. */
    @Override
    public void lockInterruptibly() throws InterruptedException {
        requireNotInterrupted();
        if (!enteredAgain()) {
            entered(client.acquire(request.withWait(FOR_EVER)));
        }
    }

    /**
     * Takes the lock if it can be had now, that is, if nobody has it and nobody is in line for it; waits for the service's
     * answer only, also if this thread is interrupted, which is left set. Throws as {@link #lock} does.
     */
    @Override
    public boolean tryLock() {
        return enteredAgain() || entered(client.tryAcquireUninterruptibly(request));
    }

    /**
     * Waits in line for that long at most; a time of zero or less tries once. Throws as {@link #lockInterruptibly} does.
     */
    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        requireNotInterrupted();
        return enteredAgain() || entered(awaited(request.withWait(limit(time, unit))));
    }

    /** The lock, or null if it could not be had for as long as was to be waited. */
    private @Nullable LockHandle awaited(LockRequest waiting) throws InterruptedException {
        try {
            return client.acquire(waiting);
        } catch (LockRefusedException e) {
            if (e.status() == Status.BUSY || e.status() == Status.TIMEOUT) {
                return null;
            }
            throw e;
        }
    }

    /**
     * Counts down, and gives the lock back when this was the last one; waits for the service's answer then, unless this
     * thread is interrupted.
     *
     * @throws IllegalMonitorStateException if this thread does not hold this lock; nothing happens then
     * @throws LockLostException if the lock was lost since it was taken; it is counted down all the same, so that the
     *     thread is rid of it after the last {@code unlock}. Thrown from a {@code finally} it replaces what the work threw:
     *     the loss is the more likely cause. Use {@link BlockingLockClient#withLock} to get both
     */
    @Override
    public void unlock() {
        holds.leave(name, exclusive);
    }

    /**
     * Not supported: whoever waits for a condition gives the lock back, and to be woken by another program the service
     * would have to know the condition.
     */
    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException(
                "a lock of the service has no conditions: it cannot wake one program when"
                        + " another one signals; poll, or let the event come by a queue");
    }

    /**
     * The public number of this thread's hold, to be sent with every write the lock protects; higher than that of any hold
     * granted before. Of a read lock it is of little use: see {@code docs/fencing.md}.
     *
     * @throws IllegalMonitorStateException if this thread does not hold this lock
     * @throws UnsupportedOperationException if the server gives none; then nothing protects a write that comes too late
     */
    public long fencingToken() {
        return holds.require(name, exclusive).fencingToken();
    }

    /** Whether this thread holds this lock now, and has not lost it; answered at once, by the clock. */
    public boolean isHeld() {
        LockHandle handle = holds.find(name, exclusive);
        return handle != null && handle.isHeld();
    }

    /**
     * Returns if this thread holds this lock and will for at least that long, and throws otherwise.
     *
     * @throws LockLostException if the lock was lost, or too little of it is left
     * @throws IllegalMonitorStateException if this thread has not locked it
     */
    public void ensureHeld(Duration atLeast) {
        holds.require(name, exclusive).ensureHeld(atLeast);
    }

    private boolean enteredAgain() {
        boolean again = holds.enterAgain(name, exclusive);
        if (again && interrupting) {
            holds.require(name, exclusive).interruptOnLoss();
        }
        return again;
    }

    private boolean entered(@Nullable LockHandle handle) {
        if (handle == null) {
            return false;
        }
        holds.entered(handle, exclusive);
        if (interrupting) {
            handle.interruptOnLoss();
        }
        return true;
    }

    /** Also where the lock is held already, as {@link Lock} demands. */
    private void requireNotInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before lock '" + name + "' was asked for");
        }
    }

    private static Duration limit(long time, TimeUnit unit) {
        Duration limit = Duration.ofNanos(unit.toNanos(Math.max(0, time)));
        return limit.compareTo(FOR_EVER) < 0 ? limit : FOR_EVER;
    }

    @Override
    public String toString() {
        return "LeasedLock[name=" + name + ", mode=" + (exclusive ? "exclusive" : "shared") + "]";
    }
}
