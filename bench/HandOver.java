import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * So many callers wait in line for one lock; each gives it back as soon as it has it and queues again. Prints how long a
 * hand-over takes, from sending the release to receiving the next caller's grant, how many requests each one costs, and
 * how often the order of the line was not kept.
 *
 * <p>The callers join one after the other, each once the one before is seen in the queue. From then on every caller
 * queues again before the next one can, so the order must be the same round after round.
 *
 * <p>Run: {@code java -cp lock-server/target/lock-server.jar bench/HandOver.java URL WAITERS HANDOVERS}. Loopback only.
 */
public class HandOver {
    private static final int WARM_UP = 2_000;

    private final HttpClient client;
    private final String resource = "hand-over-" + System.nanoTime();
    private final int waiters;
    private final int handOvers;
    private final long[] nanos;
    private final int[] order;
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private int grants;
    private long requests;
    private long releaseSentNanos;

    HandOver(Vertx vertx, URI url, int waiters, int handOvers) {
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setDefaultHost(url.getHost()).setDefaultPort(url.getPort()),
                new PoolOptions().setHttp1MaxSize(2 * waiters + 8));
        this.waiters = waiters;
        this.handOvers = WARM_UP + handOvers;
        this.nanos = new long[this.handOvers + 1];
        this.order = new int[this.handOvers + 1];
    }

    public static void main(String[] args) throws Exception {
        URI url = URI.create(args[0]);
        if (!url.getHost().equals("localhost") && !url.getHost().startsWith("127.")) {
            throw new IllegalArgumentException("loopback only");
        }
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
        HandOver run = new HandOver(vertx, url, Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        vertx.getOrCreateContext().runOnContext(start -> run.join(0, null));
        run.finished.get(120, TimeUnit.SECONDS);
        run.report();
        System.exit(0);
    }

    /** Lets the callers queue behind a first holder, one by one, then lets the first holder go. */
    private void join(int caller, String holderToken) {
        if (holderToken == null) {
            call("acquire", acquireBody(waiters)).onSuccess(granted -> join(0, granted.getString("lockToken")));
        } else if (caller < waiters) {
            queue(caller);
            whenQueued(caller + 1, () -> join(caller + 1, holderToken));
        } else {
            requests = 0;
            release(holderToken);
        }
    }

    private void whenQueued(int length, Runnable then) {
        client.request(HttpMethod.GET, "/api/lock/status/" + resource)
                .compose(request -> request.send().compose(response -> response.body()))
                .onSuccess(body -> {
                    if (body.toJsonObject().getInteger("queueLength") >= length) {
                        then.run();
                    } else {
                        whenQueued(length, then);
                    }
                });
    }

    private void queue(int caller) {
        call("acquire", acquireBody(caller)).onSuccess(answer -> {
            if (answer.getString("status").equals("Acquired")) {
                granted(caller, answer.getString("lockToken"));
            } else {
                finished.completeExceptionally(new IllegalStateException(answer.encode()));
            }
        });
    }

    private void granted(int caller, String token) {
        nanos[grants] = System.nanoTime() - releaseSentNanos;
        order[grants] = caller;
        grants++;
        if (grants == handOvers) {
            finished.complete(null);
            return;
        }
        release(token).onSuccess(released -> queue(caller));
    }

    private io.vertx.core.Future<JsonObject> release(String token) {
        releaseSentNanos = System.nanoTime();
        return call("release", new JsonObject().put("resourceName", resource).put("lockToken", token));
    }

    private JsonObject acquireBody(int caller) {
        return new JsonObject()
                .put("resourceName", resource)
                .put("clientId", "caller-" + caller)
                .put("waitMs", 60_000);
    }

    private io.vertx.core.Future<JsonObject> call(String name, JsonObject body) {
        requests++;
        return client.request(HttpMethod.POST, "/api/lock/" + name)
                .compose(request -> request.putHeader("content-type", "application/json")
                        .send(body.toBuffer())
                        .compose(response -> response.body()))
                .map(Buffer::toJsonObject)
                .onFailure(finished::completeExceptionally);
    }

    private void report() {
        int inversions = 0;
        for (int i = waiters; i < handOvers; i++) {
            inversions += order[i] == order[i - waiters] ? 0 : 1;
        }
        long[] sorted = Arrays.copyOfRange(nanos, WARM_UP, handOvers);
        Arrays.sort(sorted);
        System.out.printf(
                "waiters=%d handovers=%d p50_us=%.0f p99_us=%.0f max_us=%.0f requests_per_handover=%.3f inversions=%d%n",
                waiters,
                sorted.length,
                sorted[sorted.length / 2] / 1e3,
                sorted[sorted.length * 99 / 100] / 1e3,
                sorted[sorted.length - 1] / 1e3,
                (double) requests / handOvers,
                inversions);
    }
}
