package io.holdfast.client.blocking;

import org.jspecify.annotations.Nullable;

/**
 * What to do while a lock is held; see {@link BlockingLockClient#withLock}.
 *
 * @param <T> what it results in
 * @param <X> the checked exception it may throw; none if it throws none
 */
@FunctionalInterface
public interface LockedWork<T extends @Nullable Object, X extends Exception> {

    /** Does the work, on the thread that asked for the lock. */
    T run(LockHandle lock) throws X;
}
