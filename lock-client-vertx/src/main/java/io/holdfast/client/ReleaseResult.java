package io.holdfast.client;

/** What came of giving a lock back. None of these needs anything to be done about the lock itself. */
public enum ReleaseResult {
    /** The lock was held until now and is free. */
    RELEASED,
    /** The client had noticed before that the lock was lost; see {@link LockHandle#lost()}. */
    ALREADY_LOST,
    /** The server says that this holder did not hold the lock any more: it was lost, and only noticed now. */
    NOT_HELD,
    /**
     * The server could not be asked or did not say. If the lock is not free yet, it will be when its lease ends; until then the
     * client goes on asking, unless it is closed.
     */
    UNKNOWN
}
