package io.holdfast.client.blocking;

import io.holdfast.client.AcquireOptions;
import io.holdfast.client.LockRequest;
import java.util.concurrent.locks.ReadWriteLock;

/**
 * A lock of the service as a {@link ReadWriteLock}: shared for readers, exclusive for writers. This class is thread-safe;
 * see {@link LeasedLock} for what its two locks do.
 *
 * <p>A thread that has the write lock may take the read lock as well: it then keeps the exclusive lock, which keeps other
 * readers out, until it has unlocked both. There is no way from the read lock to the write lock: the thread would wait for
 * itself, and two that tried would wait for each other. It gets an {@link IllegalStateException}; unlock first, and look
 * again at what was read.
 */
public final class LeasedReadWriteLock implements ReadWriteLock {
    private final LeasedLock readLock;
    private final LeasedLock writeLock;

    LeasedReadWriteLock(BlockingLockClient client, ThreadHolds holds, String name, AcquireOptions options) {
        this.readLock = new LeasedLock(client, holds, LockRequest.shared(name).with(options), false);
        this.writeLock =
                new LeasedLock(client, holds, LockRequest.exclusive(name).with(options), true);
    }

    @Override
    public LeasedLock readLock() {
        return readLock;
    }

    /** The same lock as {@link BlockingLockClient#asLock(String)} of that name. */
    @Override
    public LeasedLock writeLock() {
        return writeLock;
    }

    @Override
    public String toString() {
        return "LeasedReadWriteLock[name=" + writeLock.name() + "]";
    }
}
