import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.retry.ExponentialBackoffRetry;

/** ZooKeeper through Curator, all callers in one session. */
final class CuratorLocks implements Locks {
    private static final int PERMITS = 4;

    private final CuratorFramework curator;

    CuratorLocks(List<String> addresses) {
        curator = CuratorFrameworkFactory.newClient(String.join(",", addresses), new ExponentialBackoffRetry(100, 10));
        curator.start();
    }

    @Override
    public Mutex mutex(String kind, String name) {
        String path = "/bench/" + name;
        return switch (kind) {
            case "lock" -> new Owned(new InterProcessMutex(curator, path));
            case "read" -> new Owned(new InterProcessReadWriteLock(curator, path).readLock());
            case "semaphore" -> new Permit(new InterProcessSemaphoreV2(curator, path, PERMITS));
            default -> throw Locks.none(kind);
        };
    }

    @Override
    public Mutex kept(String keptBy, String name) {
        if (!keptBy.equals("client")) {
            throw Locks.none("locks kept by " + keptBy);
        }
        return mutex("lock", name);
    }

    @Override
    public AsyncMutex asyncMutex(String name) {
        throw Locks.none("async");
    }

    @Override
    public void close() {
        curator.close();
    }

    private record Owned(InterProcessMutex mutex) implements Mutex {
        @Override
        public void lock() throws Exception {
            mutex.acquire();
        }

        @Override
        public boolean tryLock() throws Exception {
            return mutex.acquire(0, TimeUnit.MILLISECONDS);
        }

        @Override
        public void unlock() throws Exception {
            mutex.release();
        }
    }

    private static final class Permit implements Mutex {
        private final InterProcessSemaphoreV2 semaphore;
        private Lease permit;

        Permit(InterProcessSemaphoreV2 semaphore) {
            this.semaphore = semaphore;
        }

        @Override
        public void lock() throws Exception {
            permit = semaphore.acquire();
        }

        @Override
        public boolean tryLock() throws Exception {
            Lease granted = semaphore.acquire(0, TimeUnit.MILLISECONDS);
            permit = granted == null ? permit : granted;
            return granted != null;
        }

        @Override
        public void unlock() {
            semaphore.returnLease(permit);
        }
    }
}
