import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RPermitExpirableSemaphore;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Redis through Redisson, with its defaults: locks are renewed by its watchdog. */
final class RedissonLocks implements Locks {
    private static final int PERMITS = 4;

    private final RedissonClient redisson;
    /** Redisson tells owners apart by a number; those that are no threads get numbers that no thread has. */
    private final AtomicLong owners = new AtomicLong(1L << 40);

    RedissonLocks(List<String> addresses) {
        Config config = new Config();
        config.useSingleServer().setAddress("redis://" + addresses.get(0));
        redisson = Redisson.create(config);
    }

    @Override
    public Mutex mutex(String kind, String name) {
        return switch (kind) {
            case "lock" -> new Owned(redisson.getLock(name));
            case "fair" -> new Owned(redisson.getFairLock(name));
            case "read" -> new Owned(redisson.getReadWriteLock(name).readLock());
            case "semaphore" -> new Permit(redisson.getPermitExpirableSemaphore(name));
            default -> throw Locks.none(kind);
        };
    }

    @Override
    public Mutex kept(String keptBy, String name) {
        if (!keptBy.equals("lock")) {
            throw Locks.none("locks kept by " + keptBy);
        }
        return mutex("lock", name);
    }

    @Override
    public AsyncMutex asyncMutex(String name) {
        RLock lock = redisson.getLock(name);
        long owner = owners.incrementAndGet();
        return new AsyncMutex() {
            @Override
            public CompletionStage<?> lock() {
                return lock.lockAsync(owner);
            }

            @Override
            public CompletionStage<?> unlock() {
                return lock.unlockAsync(owner);
            }
        };
    }

    @Override
    public void close() {
        redisson.shutdown();
    }

    private record Owned(RLock owned) implements Mutex {
        @Override
        public void lock() {
            owned.lock();
        }

        @Override
        public boolean tryLock() {
            return owned.tryLock();
        }

        @Override
        public void unlock() {
            owned.unlock();
        }
    }

    private static final class Permit implements Mutex {
        private final RPermitExpirableSemaphore semaphore;
        private String permit;

        Permit(RPermitExpirableSemaphore semaphore) {
            this.semaphore = semaphore;
            semaphore.trySetPermits(PERMITS);
        }

        @Override
        public void lock() throws InterruptedException {
            permit = semaphore.acquire();
        }

        @Override
        public boolean tryLock() throws InterruptedException {
            String granted = semaphore.tryAcquire();
            permit = granted == null ? permit : granted;
            return granted != null;
        }

        @Override
        public void unlock() {
            semaphore.release(permit);
        }
    }
}
