package io.holdfast.fencing;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the highest fencing token seen per resource, and refuses lower ones. This class is thread-safe.
 *
 * <p><b>What it is good for.</b> Check and write must be one step, or a holder that was checked in time writes after the
 * next one. So either call {@link #check} where nothing else can write between it and the write (under the store's own
 * mutex, on its event loop), or let {@link #write} do both, one write at a time. It remembers in memory: it guards a store
 * that lives in this process and is gone with it. For a database, take {@link JdbcFence}.
 *
 * <p><b>Bounded.</b> It remembers the given number of resources, those with the highest tokens. For a resource it has no
 * memory of, it takes the highest token it has forgotten for the newest: that refuses every stale token, since tokens rise
 * over the whole service, and may refuse a holder that took its lock long ago and writes for the first time. Such a one
 * acquires again and goes on. So give it room for the resources that are written to while a lock is held. All tokens must
 * come from the same service.
 */
public final class FenceGuard {
    private final int maxResources;
    private final ReentrantLock mutex = new ReentrantLock();
    private final Map<String, Seen> newest = new HashMap<>();
    /** The same, the lowest token first. */
    private final TreeSet<Seen> byFence =
            new TreeSet<>(Comparator.comparingLong(Seen::fence).thenComparing(Seen::resource));

    private long highestForgotten;

    private record Seen(String resource, long fence) {}

    private FenceGuard(int maxResources) {
        this.maxResources = maxResources;
    }

    /**
     * A guard that remembers so many resources; some 200 bytes each, and their names.
     *
     * @throws IllegalArgumentException if that is less than 1
     */
    public static FenceGuard remembering(int maxResources) {
        if (maxResources < 1) {
            throw new IllegalArgumentException("maxResources must be at least 1, was " + maxResources);
        }
        return new FenceGuard(maxResources);
    }

    /**
     * Returns if no higher token has been seen for the resource, and remembers this one.
     *
     * @throws StaleFenceException if one has
     * @throws IllegalArgumentException if {@code fence} is less than 1, which no fencing token is
     */
    public void check(String resource, long fence) {
        requireFence(fence);
        mutex.lock();
        try {
            Seen seen = newest.get(resource);
            long newestFence = seen == null ? highestForgotten : seen.fence();
            if (fence < newestFence) {
                throw new StaleFenceException(resource, fence, newestFence);
            }
            remember(seen, new Seen(resource, fence));
        } finally {
            mutex.unlock();
        }
    }

    /**
     * Checks and runs the write before anything else is checked here: the writes of one guard are one at a time. The token
     * counts as seen even if the write fails. The write must not wait for another one of the same guard.
     *
     * @throws StaleFenceException if a higher token has been seen; then nothing was written
     * @throws X if the write does
     */
    public <X extends Exception> void write(String resource, long fence, Write<X> write) throws X {
        mutex.lock();
        try {
            check(resource, fence);
            write.run();
        } finally {
            mutex.unlock();
        }
    }

    private void remember(@Nullable Seen before, Seen now) {
        if (now.equals(before)) {
            return;
        }
        if (before != null) {
            byFence.remove(before);
        }
        newest.put(now.resource(), now);
        byFence.add(now);
        if (byFence.size() > maxResources) {
            Seen lowest = byFence.first();
            byFence.remove(lowest);
            newest.remove(lowest.resource());
            highestForgotten = lowest.fence();
        }
    }

    /** What a lock protects. */
    @FunctionalInterface
    public interface Write<X extends Exception> {
        void run() throws X;
    }

    static void requireFence(long fence) {
        if (fence < 1) {
            throw new IllegalArgumentException("a fencing token is at least 1, was " + fence);
        }
    }
}
