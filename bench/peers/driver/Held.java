import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Locks that are taken and kept until the process ends. */
final class Held {
    private static final int THREADS = 16;
    private static final int PATIENCE_SECONDS = 240;
    private static final long POLL_MILLIS = 5;

    private final Locks locks;
    private final List<ExecutorService> threads = new ArrayList<>();
    private final AtomicInteger outOfLine = new AtomicInteger();

    Held(Locks locks) {
        this.locks = locks;
        for (int i = 0; i < THREADS; i++) {
            threads.add(Executors.newSingleThreadExecutor(Held::daemon));
        }
    }

    /** Takes so many more locks, each kept alive as {@code keptBy} says. */
    String hold(String keptBy, String prefix, int count) throws Exception {
        long start = System.nanoTime();
        onEachThread(thread -> {
            for (int i = thread; i < count; i += THREADS) {
                Locks.Mutex mutex = locks.kept(keptBy, "%s-%010d".formatted(prefix, i));
                if (!mutex.tryLock()) {
                    throw new IllegalStateException("a fresh name was not free");
                }
            }
        });
        return "held=%d rate=%.0f".formatted(count, count / ((System.nanoTime() - start) / 1e9));
    }

    /** Lets so many callers wait, each in a thread of its own, for locks that this process holds. */
    String queue(String keptBy, int callers, int resources, long settleMillis) throws Exception {
        hold(keptBy, "queue", resources);
        for (int i = 0; i < callers; i++) {
            Locks.Mutex mutex = locks.mutex("lock", "queue-%010d".formatted(i % resources));
            daemon(() -> {
                try {
                    mutex.lock();
                } catch (Exception e) {
                    e.printStackTrace();
                }
                outOfLine.incrementAndGet();
            }).start();
        }
        Thread.sleep(settleMillis);
        return "waiting=" + callers;
    }

    /** How many of those who wait do so no more: they failed, or got a lock whose holder lives. */
    String lost() {
        return "lost=" + outOfLine.get();
    }

    /** Tries fresh names until one is granted, and says when that was, and whether what was held before still is. */
    String regain(String prefix, long millis) throws Exception {
        long end = System.nanoTime() + millis * 1_000_000;
        for (int i = 0; System.nanoTime() < end; i++) {
            try (Locks.Mutex mutex = locks.mutex("lock", "regain-" + prefix + "-" + i)) {
                if (mutex.tryLock()) {
                    long granted = System.currentTimeMillis();
                    mutex.unlock();
                    return "granted_at_ms=%d forgotten=%d".formatted(granted, canTake(prefix) ? 1 : 0);
                }
            } catch (Exception e) {
                // the server is not there yet; that is what is being measured
            }
            Thread.sleep(POLL_MILLIS);
        }
        throw new IllegalStateException("nothing was granted for " + millis + " ms");
    }

    private boolean canTake(String prefix) throws Exception {
        try (Locks.Mutex other = locks.mutex("lock", prefix + "-%010d".formatted(0))) {
            return other.tryLock();
        }
    }

    private interface Share {
        void run(int thread) throws Exception;
    }

    private void onEachThread(Share share) throws Exception {
        List<Future<Void>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int thread = i;
            Callable<Void> work = () -> {
                share.run(thread);
                return null;
            };
            running.add(threads.get(i).submit(work));
        }
        for (Future<Void> one : running) {
            one.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }
}
