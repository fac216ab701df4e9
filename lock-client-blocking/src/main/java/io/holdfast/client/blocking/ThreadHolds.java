package io.holdfast.client.blocking;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each thread holds through the views of one client. Every thread sees its own holds only, so there is nothing to
 * guard; a name is forgotten when the thread has unlocked it for the last time. Thread-safe.
 */
final class ThreadHolds {
    private final ThreadLocal<Map<String, ThreadHold>> holds = ThreadLocal.withInitial(HashMap::new);

    /**
     * Counts one more, if this thread has the lock already.
     *
     * @throws io.holdfast.client.LockLostException if it has it no more
     * @throws IllegalStateException if it reads and wants to write
     */
    boolean enterAgain(String name, boolean exclusive) {
        ThreadHold hold = holdOf(name);
        if (hold == null) {
            return false;
        }
        hold.enterAgain(exclusive);
        return true;
    }

    /** Counts the first one. */
    void entered(LockHandle handle, boolean exclusive) {
        holds.get().put(handle.name(), new ThreadHold(handle, exclusive));
    }

    /**
     * Counts one less, and releases when it was the last.
     *
     * @throws io.holdfast.client.LockLostException if the lock was lost
     * @throws IllegalMonitorStateException if this thread does not hold it
     */
    void leave(String name, boolean exclusive) {
        ThreadHold hold = holdOf(name);
        if (hold == null || !hold.has(exclusive)) {
            throw notHeld(name);
        }
        if (hold.leave(exclusive)) {
            holds.get().remove(name);
            hold.end();
        } else {
            hold.requireHeld();
        }
    }

    /** The handle behind this thread's lock; null if it has not locked it in that mode. */
    @Nullable
    LockHandle find(String name, boolean exclusive) {
        ThreadHold hold = holdOf(name);
        return hold != null && hold.has(exclusive) ? hold.handle() : null;
    }

    LockHandle require(String name, boolean exclusive) {
        LockHandle handle = find(name, exclusive);
        if (handle == null) {
            throw notHeld(name);
        }
        return handle;
    }

    private @Nullable ThreadHold holdOf(String name) {
        return holds.get().get(name);
    }

    private static IllegalMonitorStateException notHeld(String name) {
        return new IllegalMonitorStateException(
                "thread '" + Thread.currentThread().getName() + "' has not locked '" + name + "' through this view");
    }
}
