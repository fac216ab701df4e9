import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Every caller locks and unlocks a resource of its own, over and over. */
final class Uncontended {
    private final Locks locks;

    Uncontended(Locks locks) {
        this.locks = locks;
    }

    String run(String kind, int callers, long millis) throws Exception {
        List<Samples> pairs = kind.equals("async")
                ? chains(callers, millis)
                : Callers.run(callers, millis, caller -> locks.mutex(kind, "own-" + kind + "-" + caller), Uncontended::loop);
        Samples all = Samples.together(pairs);
        if (all.count() == 0) {
            throw new IllegalStateException("not one pair in " + millis + " ms");
        }
        return "pairs=%d rate=%.0f %s"
                .formatted(all.count(), all.count() / Callers.countedSeconds(millis), all.fields(""));
    }

    private static Samples loop(int caller, Locks.Mutex mutex, long begin, long end) throws Exception {
        Samples pairs = new Samples();
        for (long start = System.nanoTime(); start < end; start = System.nanoTime()) {
            mutex.lock();
            mutex.unlock();
            if (start >= begin) {
                pairs.add(System.nanoTime() - start);
            }
        }
        return pairs;
    }

    private List<Samples> chains(int callers, long millis) throws Exception {
        List<AsyncMutex> mutexes = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            mutexes.add(locks.asyncMutex("own-async-" + i));
        }
        long start = System.nanoTime();
        List<Chain> chains = new ArrayList<>();
        for (AsyncMutex mutex : mutexes) {
            chains.add(new Chain(mutex, Callers.beginNanos(start, millis), Callers.endNanos(start, millis)));
        }
        chains.forEach(Chain::next);
        List<Samples> pairs = new ArrayList<>();
        for (Chain chain : chains) {
            pairs.add(chain.done.get(millis / 1000 + 60, TimeUnit.SECONDS));
        }
        for (AsyncMutex mutex : mutexes) {
            mutex.close();
        }
        return pairs;
    }

    /** One caller without a thread. */
    private static final class Chain {
        private final AsyncMutex mutex;
        private final long begin;
        private final long end;
        private final Samples pairs = new Samples();
        private final CompletableFuture<Samples> done = new CompletableFuture<>();

        Chain(AsyncMutex mutex, long begin, long end) {
            this.mutex = mutex;
            this.begin = begin;
            this.end = end;
        }

        void next() {
            long start = System.nanoTime();
            if (start >= end) {
                done.complete(pairs);
                return;
            }
            mutex.lock().thenCompose(locked -> mutex.unlock()).whenComplete((unlocked, failure) -> {
                if (failure != null) {
                    done.completeExceptionally(failure);
                    return;
                }
                if (start >= begin) {
                    pairs.add(System.nanoTime() - start);
                }
                next();
            });
        }
    }
}
