package io.holdfast.client.blocking;

import java.time.Duration;

/** One thread's hold of one name: how often it was locked to read and to write. To be used by that thread only. */
final class ThreadHold {
    private final LockHandle handle;
    /** How the service granted it. An exclusive hold covers reading, too. */
    private final boolean exclusive;

    private int writes;
    private int reads;

    /** Locked for the first time. */
    ThreadHold(LockHandle handle, boolean exclusive) {
        this.handle = handle;
        this.exclusive = exclusive;
        count(exclusive, 1);
    }

    LockHandle handle() {
        return handle;
    }

    /** Whether it is locked in that mode. */
    boolean has(boolean write) {
        return (write ? writes : reads) > 0;
    }

    void enterAgain(boolean write) {
        if (write && !exclusive) {
            throw new IllegalStateException("this thread has the read lock '" + handle.name()
                    + "' and would wait for itself: unlock it before locking to write");
        }
        requireHeld();
        count(write, 1);
    }

    /** Says whether nothing is left. */
    boolean leave(boolean write) {
        count(write, -1);
        return writes == 0 && reads == 0;
    }

    /** Throws if the lock was lost, or given back because the client was closed. */
    void requireHeld() {
        handle.ensureHeld(Duration.ZERO);
    }

    /** Gives the lock back; throws as {@link #requireHeld} would have, or if only the release finds the lock lost. */
    void end() {
        boolean wasHeld = handle.isHeld();
        handle.endWork();
        if (!wasHeld) {
            requireHeld();
        }
    }

    private void count(boolean write, int change) {
        if (write) {
            writes = Math.addExact(writes, change);
        } else {
            reads = Math.addExact(reads, change);
        }
    }
}
