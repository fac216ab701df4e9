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
 * hand-over takes, from sending the release to receiving the next caller's grant, and how many requests each one costs.
 *
 * <p>Or, with tickets, how often the order of the line was not kept. Each request to wait is followed by its repetition,
 * which takes the place over and makes the server tell the first one the ticket. The server hands out tickets in the order
 * of arrival, so a grant whose ticket is lower than that of the grant before is an inversion, whatever the order in which
 * the requests were sent. A place that is granted before the repetition arrives has told nobody its ticket; these are
 * counted, too.
 *
 * <p>Run: {@code java -cp lock-server/target/lock-server.jar bench/HandOver.java URL WAITERS HANDOVERS plain|tickets}.
 * Loopback only.
 */
public class HandOver {
    private static final int WARM_UP = 2_000;

    private final HttpClient client;
    private final String resource = "hand-over-" + System.nanoTime();
    private final int waiters;
    private final int handOvers;
    private final boolean withTickets;
    private final long[] nanos;
    /** Of each grant, in their order; 0 where it is not known. */
    private final long[] tickets;
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private int grants;
    private int turns;
    private long requests;
    private long releaseSentNanos;

    HandOver(Vertx vertx, URI url, int waiters, int handOvers, boolean withTickets) {
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setDefaultHost(url.getHost()).setDefaultPort(url.getPort()),
                new PoolOptions().setHttp1MaxSize(3 * waiters + 8));
        this.waiters = waiters;
        this.withTickets = withTickets;
        this.handOvers = WARM_UP + handOvers;
        this.nanos = new long[this.handOvers + 1];
        this.tickets = new long[this.handOvers + 1];
    }

    public static void main(String[] args) throws Exception {
        URI url = URI.create(args[0]);
        if (!url.getHost().equals("localhost") && !url.getHost().startsWith("127.")) {
            throw new IllegalArgumentException("loopback only");
        }
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
        HandOver run = new HandOver(
                vertx, url, Integer.parseInt(args[1]), Integer.parseInt(args[2]), args[3].equals("tickets"));
        vertx.getOrCreateContext().runOnContext(start -> run.join(0, null));
        run.finished.get(120, TimeUnit.SECONDS);
        run.report();
        System.exit(0);
    }

    /** Lets the callers queue behind a first holder, one by one, then lets the first holder go. */
    private void join(int caller, String holderToken) {
        if (holderToken == null) {
            call("acquire", new Turn(waiters).wish()).onSuccess(granted -> join(0, granted.getString("lockToken")));
        } else if (caller < waiters) {
            new Turn(caller).queue();
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

    /** One caller's way through the line. */
    private final class Turn {
        private static final int NOT_GRANTED = -1;

        private final int caller;
        private final String requestId = "turn-" + turns++;
        private int grant = NOT_GRANTED;
        private long ticket;

        Turn(int caller) {
            this.caller = caller;
        }

        void queue() {
            call("acquire", wish()).onSuccess(this::take);
            if (withTickets) {
                call("acquire", wish()).onSuccess(this::take);
            }
        }

        JsonObject wish() {
            JsonObject wish = new JsonObject()
                    .put("resourceName", resource)
                    .put("clientId", "caller-" + caller)
                    .put("waitMs", 60_000);
            return withTickets ? wish.put("requestId", requestId) : wish;
        }

        private void take(JsonObject answer) {
            String status = answer.getString("status");
            if (status.equals("Queued")) {
                ticket = answer.getLong("ticket");
                note();
            } else if (status.equals("Acquired") && grant == NOT_GRANTED) {
                granted(answer.getString("lockToken"));
            } else if (grant == NOT_GRANTED) {
                finished.completeExceptionally(new IllegalStateException(answer.encode()));
            }
        }

        private void granted(String token) {
            nanos[grants] = System.nanoTime() - releaseSentNanos;
            grant = grants++;
            note();
            if (grants == handOvers) {
                finished.complete(null);
            } else {
                release(token).onSuccess(released -> new Turn(caller).queue());
            }
        }

        /** The ticket may be told after the grant: they come on different connections. */
        private void note() {
            if (grant != NOT_GRANTED) {
                tickets[grant] = ticket;
            }
        }
    }

    private io.vertx.core.Future<JsonObject> release(String token) {
        releaseSentNanos = System.nanoTime();
        return call("release", new JsonObject().put("resourceName", resource).put("lockToken", token));
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
        int unknown = 0;
        long last = 0;
        for (int i = 0; i < handOvers; i++) {
            unknown += tickets[i] == 0 ? 1 : 0;
            inversions += tickets[i] != 0 && tickets[i] < last ? 1 : 0;
            last = Math.max(last, tickets[i]);
        }
        long[] sorted = Arrays.copyOfRange(nanos, WARM_UP, handOvers);
        Arrays.sort(sorted);
        System.out.printf(
                "waiters=%d handovers=%d p50_us=%.0f p99_us=%.0f max_us=%.0f requests_per_handover=%.3f%s%n",
                waiters,
                sorted.length,
                sorted[sorted.length / 2] / 1e3,
                sorted[sorted.length * 99 / 100] / 1e3,
                sorted[sorted.length - 1] / 1e3,
                (double) requests / handOvers,
                withTickets ? " inversions=" + inversions + " tickets_unknown=" + unknown : "");
    }
}
