package io.holdfast.verification.campaign;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The clients of one process, each on a thread of its own. */
final class Clients {
    private static final int CLOSE_SECONDS = 20;

    private final List<LibraryClient> library = new ArrayList<>();
    private final List<RawClient> raw = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** How many clients of which kind. */
    record Crew(int library, int raw, Workload workload) {}

    Clients(
            Vertx vertx,
            String process,
            Crew crew,
            List<URI> endpoints,
            Recorder recorder,
            ProtectedStore store,
            long seed) {
        for (int i = 0; i < crew.library(); i++) {
            String name = process + "-lib" + i;
            library.add(new LibraryClient(
                    vertx, name, endpoints, recorder, store, crew.workload(), seed * 31 + name.hashCode()));
        }
        for (int i = 0; i < crew.raw(); i++) {
            String name = process + "-raw" + i;
            raw.add(new RawClient(name, endpoints, recorder, seed * 31 + name.hashCode()));
        }
        library.forEach(client -> threads.add(new Thread(client, "library-client")));
        raw.forEach(client -> threads.add(new Thread(client, "raw-client")));
        threads.forEach(thread -> thread.setDaemon(true));
    }

    void start() {
        threads.forEach(Thread::start);
    }

    /** Lets them finish what they are at, and gives back everything. */
    void end() throws InterruptedException {
        library.forEach(LibraryClient::end);
        raw.forEach(RawClient::end);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
        for (Thread thread : threads) {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        }
        List<Future<Void>> closing = library.stream().map(LibraryClient::close).toList();
        try {
            Future.join(closing).toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // their sessions end by themselves
        }
    }
}
