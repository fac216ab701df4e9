import java.util.List;

/**
 * All callers want one resource; each gives it back as soon as it has it, and asks again. A hand-over is a grant to
 * another caller than the last one; it takes from the moment the last one begins to unlock to the moment the next one has the
 * lock. When the time is over nobody asks again, and those who wait are served to the last, so that no wait is left out.
 */
final class Contended {
    private final Locks locks;
    // written by whoever holds the lock, and so by one at a time; volatile, because no lock of this process orders them
    private volatile int lastHolder = -1;
    private volatile long unlockBeganNanos;
    private volatile boolean held;

    Contended(Locks locks) {
        this.locks = locks;
    }

    private record Seen(Samples handOvers, Samples waits, int grants, int grantsToSelf) {}

    String run(String kind, int callers, long millis) throws Exception {
        lastHolder = -1;
        long requests = locks.requests();
        long startNanos = System.nanoTime();
        List<Seen> seen = Callers.run(callers, millis, caller -> locks.mutex(kind, "contended-" + kind), this::loop);
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        Samples handOvers = Samples.together(seen.stream().map(Seen::handOvers).toList());
        Samples waits = Samples.together(seen.stream().map(Seen::waits).toList());
        int grants = seen.stream().mapToInt(Seen::grants).sum();
        int toSelf = seen.stream().mapToInt(Seen::grantsToSelf).sum();
        return "grants=%d grants_per_s=%.0f to_self=%.3f requests=%d %s wait_mean_us=%.1f wait_max_us=%.1f unfairness=%.2f".formatted(
                grants,
                grants / seconds,
                (double) toSelf / grants,
                locks.requests() - requests,
                handOvers.fields(""),
                waits.meanMicros(),
                waits.percentileMicros(1),
                waits.percentileMicros(1) / waits.meanMicros());
    }

    private Seen loop(int caller, Locks.Mutex mutex, long begin, long end) throws Exception {
        Samples handOvers = new Samples();
        Samples waits = new Samples();
        int grants = 0;
        int toSelf = 0;
        for (long start = System.nanoTime(); start < end; start = System.nanoTime()) {
            mutex.lock();
            long grantedNanos = System.nanoTime();
            int last = enter(caller);
            grants++;
            if (last == caller) {
                toSelf++;
            } else if (last >= 0 && start >= begin) {
                handOvers.add(grantedNanos - unlockBeganNanos);
            }
            if (start >= begin) {
                waits.add(grantedNanos - start);
            }
            held = false;
            unlockBeganNanos = System.nanoTime();
            mutex.unlock();
        }
        return new Seen(handOvers, waits, grants, toSelf);
    }

    private int enter(int caller) {
        if (held) {
            throw new IllegalStateException("two callers hold the lock");
        }
        held = true;
        int last = lastHolder;
        lastHolder = caller;
        return last;
    }
}
