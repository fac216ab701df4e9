import java.util.List;

/** One caller holds a resource; all others try to lock it, over and over, and must not get it. */
final class TryHeld {
    private final Locks locks;

    TryHeld(Locks locks) {
        this.locks = locks;
    }

    String run(String kind, int callers, long millis) throws Exception {
        String name = "held-" + kind;
        try (Locks.Mutex holder = locks.mutex(kind, name)) {
            if (!holder.tryLock()) {
                throw new IllegalStateException("the resource was not free");
            }
            Samples tries = Samples.together(
                    Callers.run(callers, millis, caller -> locks.mutex(kind, name), TryHeld::loop));
            holder.unlock();
            return "tries=%d rate=%.0f %s"
                    .formatted(tries.count(), tries.count() / Callers.countedSeconds(millis), tries.fields(""));
        }
    }

    private static Samples loop(int caller, Locks.Mutex mutex, long begin, long end) throws Exception {
        Samples tries = new Samples();
        for (long start = System.nanoTime(); start < end; start = System.nanoTime()) {
            if (mutex.tryLock()) {
                throw new IllegalStateException("got a lock that is held");
            }
            if (start >= begin) {
                tries.add(System.nanoTime() - start);
            }
        }
        return tries;
    }
}
