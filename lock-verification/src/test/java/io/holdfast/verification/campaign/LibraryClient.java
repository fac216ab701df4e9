package io.holdfast.verification.campaign;

import io.holdfast.client.LockClient;
import io.holdfast.client.LockClientOptions;
import io.holdfast.client.LockHandle;
import io.holdfast.client.LockRequest;
import io.holdfast.client.PendingLock;
import io.holdfast.verification.checker.Claim;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One user of the client library: locks, works, writes under the fence, releases, over and over. What its handles say of
 * themselves is written as beliefs, just as a program would hear it.
 */
final class LibraryClient implements Runnable {
    static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);
    static final Duration SESSION_TTL = Duration.ofSeconds(4);

    private static final long PATIENCE_SECONDS = 30;
    private static final int LOOK_EVERY_MILLIS = 100;

    private final String name;
    private final Recorder recorder;
    private final ProtectedStore store;
    private final Workload workload;
    private final Random random;
    private final LockClient client;
    private long values;
    private volatile boolean over;
    private @Nullable PendingLock waiting;

    LibraryClient(
            Vertx vertx,
            String name,
            List<URI> endpoints,
            Recorder recorder,
            ProtectedStore store,
            Workload workload,
            long seed) {
        this.name = name;
        this.recorder = recorder;
        this.store = store;
        this.workload = workload;
        this.random = new Random(seed);
        this.client = LockClient.create(
                vertx,
                LockClientOptions.defaults()
                        .withEndpoints(endpoints)
                        .withClientId(name)
                        .withRequestTimeout(REQUEST_TIMEOUT)
                        .withSessions(random.nextInt(4) > 0)
                        .withSessionTtl(SESSION_TTL)
                        .withTap(recorder.tap(name)));
    }

    /** Works until {@link #end}. */
    @Override
    public void run() {
        try {
            while (!over) {
                turn();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets it finish what it is at, but not wait any longer. */
    void end() {
        PendingLock vain;
        synchronized (client) {
            over = true;
            vain = waiting;
            waiting = null;
        }
        if (vain != null) {
            Future<Void> unused = vain.giveUp();
        }
    }

    private void waitsFor(PendingLock pending) {
        synchronized (client) {
            waiting = pending;
        }
    }

    /** Whether what was waited for is still wanted. */
    private boolean takes(PendingLock pending) {
        synchronized (client) {
            boolean wanted = waiting == pending;
            waiting = null;
            return wanted;
        }
    }

    Future<Void> close() {
        return client.close();
    }

    private void turn() throws InterruptedException {
        Workload.Want want = workload.next(random);
        Duration wait = workload.wait(random);
        LockRequest request = want.request().withWait(wait);
        if (workload == Workload.SLOW) {
            request = request.withTtl(Duration.ofMillis(1_500 + random.nextInt(1_000)));
        } else if (random.nextInt(3) == 0) {
            request = request.withTtl(Duration.ofMillis(2_000 + random.nextInt(3_000)));
        }
        PendingLock pending = client.begin(request);
        waitsFor(pending);
        boolean givesUp = random.nextInt(workload.patience()) == 0 && !wait.isZero();
        try {
            long patienceMillis = givesUp
                    ? random.nextInt(workload == Workload.PATIENT ? 15 : 100)
                    : TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS);
            LockHandle handle = pending.future()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(patienceMillis, TimeUnit.MILLISECONDS);
            if (takes(pending)) {
                held(handle, want);
            }
        } catch (ExecutionException | CancellationException refused) {
            TimeUnit.MILLISECONDS.sleep(5 + random.nextInt(40));
        } catch (TimeoutException tooLong) {
            await(pending.giveUp());
        }
    }

    private void held(LockHandle handle, Workload.Want want) throws InterruptedException {
        long fence = handle.fencingToken();
        boolean believed = look(handle, want, fence);
        write(want, fence);
        long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(workload.work(random));
        while (believed && !over) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
            if (leftMillis <= 0) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(Math.min(leftMillis, LOOK_EVERY_MILLIS));
            believed = look(handle, want, fence);
        }
        // Not looking once more is what a program does that was stopped just after it had looked: the fence has to
        // hold.
        write(want, fence);
        want.claims().forEach(claim -> recorder.ended(name, claim, fence));
        await(handle.release());
    }

    /** Asks the handle whether it is held, and writes down what it says. */
    private boolean look(LockHandle handle, Workload.Want want, long fence) {
        // Before the question and rounded down, so that no more is written than was said.
        long nowMicros = recorder.nowMicros();
        long untilMicros =
                nowMicros + TimeUnit.MILLISECONDS.toMicros(handle.remaining().toMillis() - 1);
        boolean isHeld = handle.isHeld();
        for (Claim claim : want.claims()) {
            if (isHeld) {
                recorder.believed(name, claim, fence, untilMicros);
            } else {
                recorder.ended(name, claim, fence);
            }
        }
        return isHeld;
    }

    private void write(Workload.Want want, long fence) {
        if (want.isExclusive()) {
            for (Claim claim : want.claims()) {
                values++;
                boolean unused =
                        recorder.write(name, claim.resource(), values * 1000 + name.hashCode() % 1000, fence, store);
            }
        }
    }

    private static void await(Future<?> future) throws InterruptedException {
        try {
            future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // whatever it was, the history has it
        }
    }
}
