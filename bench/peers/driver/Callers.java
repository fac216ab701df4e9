import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A number of callers, each a thread of its own, that begin together. */
final class Callers {
    /** What one caller does: from {@code beginNanos} on it counts, after {@code endNanos} it begins nothing more. */
    interface Work<T> {
        T run(int caller, Locks.Mutex mutex, long beginNanos, long endNanos) throws Exception;
    }

    /** Makes what a caller works on. */
    interface Mutexes {
        Locks.Mutex of(int caller) throws Exception;
    }

    /** The first part of the time, while threads and connections come up, is not counted. */
    private static final double RAMP = 0.15;

    private static final int PATIENCE_SECONDS = 120;

    private Callers() {}

    /**
     * Runs the work of all callers to its end and returns what each came to, in their order. What they work on is made
     * before the time begins and closed after it.
     */
    static <T> List<T> run(int callers, long millis, Mutexes mutexes, Work<T> work) throws Exception {
        List<Locks.Mutex> made = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            made.add(mutexes.of(i));
        }
        List<T> done = run(made, millis, work);
        for (Locks.Mutex mutex : made) {
            mutex.close();
        }
        return done;
    }

    private static <T> List<T> run(List<Locks.Mutex> mutexes, long millis, Work<T> work) throws Exception {
        int callers = mutexes.size();
        CountDownLatch ready = new CountDownLatch(callers);
        CountDownLatch go = new CountDownLatch(1);
        long[] begin = new long[1];
        ExecutorService threads = Executors.newFixedThreadPool(callers, Callers::daemon);
        try {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                int caller = i;
                running.add(threads.submit(() -> {
                    ready.countDown();
                    go.await();
                    return work.run(caller, mutexes.get(caller), beginNanos(begin[0], millis), endNanos(begin[0], millis));
                }));
            }
            ready.await();
            begin[0] = System.nanoTime();
            go.countDown();
            List<T> done = new ArrayList<>();
            for (Future<T> one : running) {
                done.add(one.get(millis / 1000 + PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
            return done;
        } finally {
            threads.shutdownNow();
        }
    }

    static long beginNanos(long start, long millis) {
        return start + (long) (millis * 1e6 * RAMP);
    }

    static long endNanos(long start, long millis) {
        return start + millis * 1_000_000;
    }

    static double countedSeconds(long millis) {
        return millis / 1e3 * (1 - RAMP);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }
}
