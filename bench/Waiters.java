import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Holds so many locks, lets so many callers wait for them, and looks how the server bears it: how long other requests take
 * meanwhile, and how long until the queues are empty once all the connections are closed at once. With one waiter per
 * connection they speak HTTP/1.1 and come from several loopback addresses, because one has only some 28 000 ports; with
 * more, HTTP/2.
 *
 * <p>Run: {@code java -cp lock-server/target/lock-server.jar bench/Waiters.java URL WAITERS RESOURCES PER_CONNECTION}.
 * Prints READY and waits for a line on standard input before it measures, so that the server's memory can be looked at.
 * Loopback only.
 */
public class Waiters {
    private static final int PER_ADDRESS = 20_000;
    private static final int OPENING_AT_ONCE = 500;
    private static final int PROBES = 3_000;
    private static final int WAIT_SECONDS = 180;

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
    private final URI url;
    private final HttpClient http;
    /** How to close what was opened. */
    private final List<Runnable> closings = new ArrayList<>();
    private int answered;

    Waiters(URI url) {
        this.url = url;
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setDefaultHost(url.getHost()).setDefaultPort(url.getPort()),
                new PoolOptions().setHttp1MaxSize(1));
    }

    public static void main(String[] args) throws Exception {
        URI url = URI.create(args[0]);
        if (!url.getHost().startsWith("127.")) {
            throw new IllegalArgumentException("loopback only");
        }
        new Waiters(url).run(Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        System.exit(0);
    }

    private void run(int waiters, int resources, int perConnection) throws Exception {
        for (int i = 0; i < resources; i++) {
            await(post("acquire", new JsonObject().put("resourceName", name(i)).put("clientId", "holder")));
        }
        if (perConnection == 1) {
            openEach(waiters, resources);
        } else {
            openStreams(waiters, resources, perConnection);
        }
        awaitQueued(resources, waiters);
        System.out.println("READY");
        System.in.read();
        probe();
        long start = System.nanoTime();
        int answeredBefore = answered;
        vertx.runOnContext(go -> closings.forEach(Runnable::run));
        awaitQueued(resources, 0);
        System.out.printf(
                "connections=%d answered_while_waiting=%d emptied_ms=%d%n",
                closings.size(), answeredBefore, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }

    private void openEach(int waiters, int resources) throws Exception {
        int address = 1;
        NetClient net = null;
        for (int i = 0; i < waiters; i += OPENING_AT_ONCE) {
            if (i % PER_ADDRESS == 0) {
                address++;
                net = vertx.createNetClient(new NetClientOptions().setLocalAddress("127.0.0." + address));
            }
            List<Future<?>> opening = new ArrayList<>();
            for (int k = i; k < Math.min(waiters, i + OPENING_AT_ONCE); k++) {
                opening.add(open(net, k, resources));
            }
            await(Future.all(opening));
        }
    }

    private Future<?> open(NetClient net, int waiter, int resources) {
        String body = wish(waiter, resources).encode();
        String request = "POST /api/lock/acquire HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        return net.connect(url.getPort(), url.getHost()).onSuccess(socket -> {
            closings.add(socket::close);
            socket.handler(answer -> answered++);
            socket.write(request);
        });
    }

    /** One connection after the other is opened and filled with waiting requests. */
    private void openStreams(int waiters, int resources, int perConnection) throws Exception {
        HttpClientAgent client = vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setDefaultHost(url.getHost())
                        .setDefaultPort(url.getPort())
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false)
                        .setHttp2MultiplexingLimit(perConnection))
                .with(new PoolOptions().setHttp2MaxSize((waiters + perConnection - 1) / perConnection))
                .withConnectHandler(connection -> closings.add(connection::close))
                .build();
        for (int i = 0; i < waiters; i += OPENING_AT_ONCE) {
            List<Future<?>> opening = new ArrayList<>();
            for (int k = i; k < Math.min(waiters, i + OPENING_AT_ONCE); k++) {
                opening.add(openStream(client, wish(k, resources)));
            }
            await(Future.all(opening));
        }
    }

    private Future<?> openStream(HttpClientAgent client, JsonObject wish) {
        return client.request(HttpMethod.POST, "/api/lock/acquire").compose(request -> {
            request.response().onSuccess(answer -> answered++);
            return request.putHeader("content-type", "application/json").end(wish.toBuffer());
        });
    }

    private static JsonObject wish(int waiter, int resources) {
        return new JsonObject()
                .put("resourceName", name(waiter % resources))
                .put("clientId", "waiter-" + waiter)
                .put("waitMs", 60_000 * 10);
    }

    private void awaitQueued(int resources, int waiters) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        long queued = -1;
        while (queued != waiters) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(queued + " in line, not " + waiters);
            }
            queued = 0;
            for (int i = 0; i < resources; i++) {
                queued += await(get("/api/lock/status/" + name(i))).getInteger("queueLength");
            }
        }
    }

    private void probe() throws Exception {
        long[] nanos = new long[PROBES];
        for (int i = 0; i < PROBES; i++) {
            long start = System.nanoTime();
            JsonObject granted = await(post("acquire", new JsonObject().put("resourceName", "probe")));
            await(post(
                    "release",
                    new JsonObject().put("resourceName", "probe").put("lockToken", granted.getString("lockToken"))));
            nanos[i] = (System.nanoTime() - start) / 2;
        }
        Arrays.sort(nanos);
        System.out.printf(
                "probes=%d p50_us=%.0f p99_us=%.0f max_us=%.0f%n",
                2 * PROBES, nanos[PROBES / 2] / 1e3, nanos[PROBES * 99 / 100] / 1e3, nanos[PROBES - 1] / 1e3);
    }

    private Future<JsonObject> post(String call, JsonObject body) {
        return http.request(HttpMethod.POST, "/api/lock/" + call)
                .compose(request -> request.putHeader("content-type", "application/json")
                        .send(body.toBuffer())
                        .compose(response -> response.body()))
                .map(Buffer::toJsonObject);
    }

    private Future<JsonObject> get(String path) {
        return http.request(HttpMethod.GET, path)
                .compose(request -> request.send().compose(response -> response.body()))
                .map(Buffer::toJsonObject);
    }

    private static String name(int resource) {
        return "waiters-" + resource;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    }
}
