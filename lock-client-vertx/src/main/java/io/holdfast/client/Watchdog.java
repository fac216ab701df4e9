package io.holdfast.client;

import io.holdfast.client.core.Agenda;
import io.holdfast.client.core.Hold;
import io.holdfast.client.core.LossCause;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells those who listen for the loss of a lock when its deadline has passed, or the machine has slept, and the event loop
 * has not noticed. It looks at the clock every 50 milliseconds on one daemon thread of its own, which runs only while a
 * lock is held that somebody listens for. Thread-safe.
 */
final class Watchdog implements Runnable {
    static final String THREAD_NAME = "holdfast-watchdog";
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** So many entries of locks that are over are left to their time. */
    private static final int STALE_ENTRIES = 1_000;

    private final TimeSource time;
    private final Set<HeldLock> watched = ConcurrentHashMap.newKeySet();
    private final Queue<HeldLock> arriving = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile boolean recheck;
    /** When to look at which lock; touched by the watchdog's thread only. */
    private Agenda<HeldLock> agenda = new Agenda<>();

    private int sleepsSeen;

    Watchdog(TimeSource time) {
        this.time = time;
    }

    /** Watches a lock until it is lost or {@link #forget forgotten}. */
    void watch(HeldLock lock) {
        if (watched.add(lock)) {
            arriving.add(lock);
            startIfNeeded();
        }
    }

    /** The lock is over, and whoever has to know does. */
    void forget(HeldLock lock) {
        watched.remove(lock);
    }

    /** A deadline was moved to an earlier moment. */
    void recheck() {
        recheck = true;
    }

    private void startIfNeeded() {
        if (running.compareAndSet(false, true)) {
            Thread thread = new Thread(this, THREAD_NAME);
            thread.setDaemon(true);
            boolean started = false;
            try {
                thread.start();
                started = true;
            } finally {
                // Where no thread can be had now, the next one that listens may get it.
                running.compareAndSet(!started, false);
            }
        }
    }

    /** Works until nothing is watched. */
    @Override
    public void run() {
        while (!isDone()) {
            look();
            if (!watched.isEmpty()) {
                // A listener may have left the thread interrupted, and then it would not park.
                Thread.interrupted();
                LockSupport.parkNanos(this, PERIOD_NANOS);
            }
        }
    }

    /** Whether this thread may end; if not, it still is the one that runs. */
    private boolean isDone() {
        if (!watched.isEmpty()) {
            return false;
        }
        agenda = new Agenda<>();
        running.set(false);
        return watched.isEmpty() || !running.compareAndSet(false, true);
    }

    private void look() {
        int sleeps = time.sleeps();
        boolean all = recheck || sleeps != sleepsSeen || agenda.size() > 2 * watched.size() + STALE_ENTRIES;
        if (all) {
            recheck = false;
            sleepsSeen = sleeps;
            agenda = new Agenda<>();
            arriving.clear();
            watched.forEach(this::lookAt);
        }
        for (HeldLock lock = arriving.poll(); lock != null; lock = arriving.poll()) {
            lookAt(lock);
        }
        agenda.takeDue(time.nowMillis(), Integer.MAX_VALUE).forEach(this::lookAt);
    }

    private void lookAt(HeldLock lock) {
        if (!watched.contains(lock)) {
            return;
        }
        Hold hold = lock.hold();
        LossCause loss = hold.lossAt(time.nowMillis());
        if (loss != null) {
            watched.remove(lock);
            lock.tellListeners(loss);
        } else {
            agenda.put(hold.lease().deadlineMillis(), lock);
        }
    }
}
