import io.vertx.core.Future;
import io.vertx.core.Promise;
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
import java.util.concurrent.TimeUnit;

/**
 * One session with so many locks: what a heartbeat of it takes beside a request that does nothing, and how long other
 * requests wait when it is closed, when it expires, and, to compare with, when nothing happens.
 *
 * <p>Run: {@code java -cp lock-server/target/lock-server.jar bench/Sessions.java URL LOCKS ROUNDS}. Loopback only.
 */
public class Sessions {
    private static final int AT_ONCE = 64;
    private static final int HEARTBEATS = 1_000;
    private static final long TTL_MS = 3_000;
    private static final long PROBE_MS = 6_000;
    private static final long LONG_NANOS = 20_000_000;

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
    private final HttpClient http;
    private final long[] nanos = new long[2_000_000]; // allocated once: the client is to have few pauses of its own
    private int taken;

    Sessions(URI url) {
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setDefaultHost(url.getHost()).setDefaultPort(url.getPort()),
                new PoolOptions().setHttp1MaxSize(AT_ONCE + 2));
    }

    public static void main(String[] args) throws Exception {
        URI url = URI.create(args[0]);
        if (!url.getHost().startsWith("127.")) {
            throw new IllegalArgumentException("loopback only");
        }
        try {
            new Sessions(url).run(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
            System.exit(0);
        } finally {
            System.exit(1); // the event loop would keep the process alive
        }
    }

    private void run(int locks, int rounds) throws Exception {
        probe("warming up", Future.succeededFuture());
        probe("warming up", Future.succeededFuture());
        for (int round = 1; round <= rounds; round++) {
            probe("nothing else", Future.succeededFuture());
            String closed = open(60_000);
            fill(closed, locks);
            if (round == 1) {
                heartbeats(closed);
            }
            probe("closing the session", post("/api/session/close", session(closed)));
            String forgotten = open(TTL_MS);
            long keeper = vertx.setPeriodic(TTL_MS / 4, id -> post("/api/session/heartbeat", session(forgotten)));
            fill(forgotten, locks);
            vertx.cancelTimer(keeper);
            probe("the session's expiry", Future.succeededFuture());
            int code = await(post("/api/session/heartbeat", session(forgotten))).getInteger("code");
            if (code != 404) {
                throw new IllegalStateException("the session is still there: " + code);
            }
        }
    }

    private String open(long ttlMillis) throws Exception {
        JsonObject wish = new JsonObject().put("clientId", "bench").put("ttlMs", ttlMillis);
        return await(post("/api/session/open", wish)).getString("sessionId");
    }

    private static JsonObject session(String id) {
        return new JsonObject().put("sessionId", id);
    }

    private void fill(String session, int locks) throws Exception {
        Promise<Void> full = Promise.promise();
        taken = 0;
        vertx.runOnContext(go -> {
            for (int i = 0; i < AT_ONCE; i++) {
                takeNext(session, locks, full);
            }
        });
        await(full.future());
    }

    private void takeNext(String session, int locks, Promise<Void> full) {
        if (taken == locks) {
            full.tryComplete();
            return;
        }
        taken++;
        JsonObject wish = new JsonObject()
                .put("resourceName", "bench/" + session.substring(0, 8) + "/" + taken)
                .put("sessionId", session);
        post("/api/lock/acquire", wish).onComplete(answer -> {
            if (answer.failed() || answer.result().getInteger("code") != 200) {
                full.tryFail("not granted: " + answer);
            } else {
                takeNext(session, locks, full);
            }
        });
    }

    private void heartbeats(String session) throws Exception {
        long[] beats = new long[HEARTBEATS];
        long[] nothings = new long[HEARTBEATS];
        for (int i = 0; i < 2 * HEARTBEATS; i++) { // the first half warms up
            beats[i % HEARTBEATS] = timed(() -> post("/api/session/heartbeat", session(session)));
            nothings[i % HEARTBEATS] = timed(() -> get("/livez"));
        }
        print("heartbeat of the session", beats);
        print("GET /livez in between", nothings);
    }

    private interface Call {
        Future<JsonObject> start();
    }

    private long timed(Call call) throws Exception {
        long start = System.nanoTime();
        await(call.start());
        return System.nanoTime() - start;
    }

    /** Acquires and releases one lock over and over, as fast as the answers come. */
    private void probe(String meanwhile, Future<JsonObject> other) throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PROBE_MS);
        int count = 0;
        while (System.nanoTime() < end && count < nanos.length - 1) {
            String[] token = new String[1];
            nanos[count++] = timed(() -> post("/api/lock/acquire", new JsonObject().put("resourceName", "probe"))
                    .onSuccess(answer -> token[0] = answer.getString("lockToken")));
            JsonObject proof = new JsonObject().put("resourceName", "probe").put("lockToken", token[0]);
            nanos[count++] = timed(() -> post("/api/lock/release", proof));
        }
        await(other);
        print("others' requests during " + meanwhile, Arrays.copyOf(nanos, count));
    }

    private static void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%-46s n=%d p50=%d us p99=%d us above_20_ms=%d max=%.1f ms%n",
                what, nanos.length, nanos[nanos.length / 2] / 1_000, nanos[(int) (nanos.length * 0.99)] / 1_000,
                Arrays.stream(nanos).filter(each -> each > LONG_NANOS).count(), nanos[nanos.length - 1] / 1e6);
    }

    private Future<JsonObject> post(String path, JsonObject body) {
        return call(HttpMethod.POST, path, body.toBuffer());
    }

    private Future<JsonObject> get(String path) {
        return call(HttpMethod.GET, path, Buffer.buffer());
    }

    /** On the event loop: elsewhere the body may have come and gone before anybody asks for it. */
    private Future<JsonObject> call(HttpMethod method, String path, Buffer body) {
        Promise<JsonObject> answer = Promise.promise();
        vertx.runOnContext(go -> http.request(method, path)
                .compose(request -> request.putHeader("Content-Type", "application/json").send(body))
                .compose(response -> response.body().map(json -> read(response.statusCode(), json)))
                .onComplete(answer));
        return answer.future();
    }

    private static JsonObject read(int code, Buffer json) {
        return new JsonObject(json).put("code", code);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(180, TimeUnit.SECONDS);
    }
}
