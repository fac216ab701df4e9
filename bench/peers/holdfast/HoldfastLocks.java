import io.holdfast.client.LockClient;
import io.holdfast.client.LockClientOptions;
import io.holdfast.client.LockRequest;
import io.holdfast.client.blocking.BlockingLockClient;
import io.holdfast.client.blocking.LockHandle;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Holdfast through its blocking client; {@code async} through its async one. */
final class HoldfastLocks implements Locks {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PERMITS = 4;

    private final RequestCount requests = new RequestCount();
    private final Vertx vertx;
    private final BlockingLockClient blocking;
    private final BlockingLockClient withoutSession;
    private final LockClient async;

    HoldfastLocks(List<String> addresses) {
        LockClientOptions options = LockClientOptions.defaults()
                .withEndpoints(addresses.stream().map(address -> URI.create("http://" + address)).toList());
        // what BlockingLockClient.create would make for itself, and counting
        vertx = Vertx.builder()
                .with(new VertxOptions().setEventLoopPoolSize(1).setUseDaemonThread(true))
                .withMetrics(requests)
                .build();
        blocking = BlockingLockClient.using(vertx, options);
        withoutSession = BlockingLockClient.using(vertx, options.withSessions(false));
        async = LockClient.create(vertx, options);
    }

    @Override
    public Mutex mutex(String kind, String name) {
        LockRequest request = switch (kind) {
            case "lock" -> LockRequest.exclusive(name);
            case "read" -> LockRequest.shared(name);
            case "semaphore" -> LockRequest.permits(name, 1, PERMITS);
            default -> throw Locks.none(kind);
        };
        return new Handles(blocking, request.withWait(PATIENCE));
    }

    @Override
    public Mutex kept(String keptBy, String name) {
        return keptBy.equals("client")
                ? mutex("lock", name)
                : new Handles(withoutSession, LockRequest.exclusive(name).withWait(PATIENCE));
    }

    @Override
    public AsyncMutex asyncMutex(String name) {
        LockRequest request = LockRequest.exclusive(name).withWait(PATIENCE);
        return new AsyncMutex() {
            private io.holdfast.client.LockHandle handle;

            @Override
            public CompletionStage<?> lock() {
                return async.acquire(request).onSuccess(granted -> handle = granted).toCompletionStage();
            }

            @Override
            public CompletionStage<?> unlock() {
                return handle.release().toCompletionStage();
            }
        };
    }

    @Override
    public long requests() {
        return requests.count();
    }

    @Override
    public void close() {
        async.close();
        blocking.close();
        withoutSession.close();
        vertx.close();
    }

    private static final class Handles implements Mutex {
        private final BlockingLockClient client;
        private final LockRequest request;
        private LockHandle handle;

        Handles(BlockingLockClient client, LockRequest request) {
            this.client = client;
            this.request = request;
        }

        @Override
        public void lock() throws InterruptedException {
            handle = client.acquire(request);
        }

        @Override
        public boolean tryLock() throws InterruptedException {
            LockHandle granted = client.tryAcquire(request);
            handle = granted == null ? handle : granted;
            return granted != null;
        }

        @Override
        public void unlock() {
            handle.release();
        }
    }
}
