package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who acquires and releases locks of a server that will end under way, and knows what was acknowledged. An acquire
 * without an answer may have happened or not; it is repeated at the next server under its {@code requestId}. A release
 * without an answer is not looked at again.
 */
final class DurableCaller {
    private static final String TTL = ",\"ttlMs\":3600000";

    private final int number;
    private final String ending;
    private final Random random;
    private final List<Granted> held = new ArrayList<>();
    private final List<Granted> released = new ArrayList<>();
    private @Nullable String unanswered;
    private long newestFence;
    private int names;

    /** Creates one; its names end with {@code ending}. */
    DurableCaller(int number, String ending, long seed) {
        this.number = number;
        this.ending = ending;
        this.random = new Random(seed + number);
    }

    static List<DurableCaller> several(int count, String ending, long seed) {
        List<DurableCaller> callers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            callers.add(new DurableCaller(i, ending, seed));
        }
        return callers;
    }

    /** Lets all of them work until the server is gone; {@code answered} counts their answers down. */
    static List<Future<?>> startAll(
            ServerProcess server, List<DurableCaller> callers, ExecutorService threads, CountDownLatch answered) {
        List<Future<?>> working = new ArrayList<>();
        for (DurableCaller caller : callers) {
            working.add(threads.submit(() -> {
                caller.work(server, answered);
                return true;
            }));
        }
        return working;
    }

    int held() {
        return held.size();
    }

    long newestFence() {
        return newestFence;
    }

    /** From now on every fencing token must be above that one. */
    void expectAbove(long fence) {
        newestFence = Math.max(newestFence, fence);
    }

    private void work(ServerProcess server, CountDownLatch answered) throws InterruptedException {
        try {
            while (true) {
                if (held.isEmpty() || random.nextInt(3) > 0) {
                    acquire(server);
                } else {
                    release(server);
                }
                answered.countDown();
            }
        } catch (IOException ended) {
            // the outcome of this one is unknown
        }
    }

    /** Acquires a lock of a new name. */
    void acquire(ServerProcess server) throws IOException, InterruptedException {
        names++;
        String name = "caller-" + number + "/" + names + ending;
        unanswered = name;
        long newestBefore = newestFence;
        JsonObject grant = acquire(server, name);
        assertTrue(grant.getLong("fencingToken") > newestBefore, "fencing tokens rise, also over a crash");
    }

    private JsonObject acquire(ServerProcess server, String name) throws IOException, InterruptedException {
        HttpResponse<String> answer = post(
                server,
                "/api/lock/acquire",
                "{\"resourceName\":\"" + name + "\",\"clientId\":\"c" + number + "\",\"requestId\":\"request-" + number
                        + "-" + names + "\"" + TTL + "}");
        assertEquals(200, answer.statusCode(), answer.body());
        unanswered = null;
        JsonObject grant = new JsonObject(answer.body());
        long fence = grant.getLong("fencingToken");
        newestFence = Math.max(newestFence, fence);
        held.add(new Granted(name, grant.getString("lockToken"), fence));
        return grant;
    }

    private void release(ServerProcess server) throws IOException, InterruptedException {
        Granted lock = held.remove(random.nextInt(held.size()));
        HttpResponse<String> answer = post(server, "/api/lock/release", lock.proof());
        assertEquals(200, answer.statusCode(), answer.body());
        released.add(lock);
    }

    /** Sends a heartbeat for a lock that is held; fails if that is not known to be held still. */
    void beat(ServerProcess server) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                post(server, "/api/lock/heartbeat", held.get(0).proof());
        assertEquals(200, answer.statusCode(), answer.body());
    }

    /** A server that cannot write any more says that it does not know, if it says anything. */
    private static HttpResponse<String> post(ServerProcess server, String path, String json)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = server.post(path, json);
        if (answer.statusCode() == 503) {
            assertTrue(answer.body().contains("\"Unknown\""), answer.body());
            throw new IOException("the outcome is unknown");
        }
        return answer;
    }

    /** Everything that was acknowledged is as it was, and what was not answered can be repeated. */
    void check(ServerProcess server, String context) throws IOException, InterruptedException {
        if (unanswered != null) {
            JsonObject unused = acquire(server, unanswered);
        }
        for (Granted lock : held) {
            JsonObject status = new JsonObject(server.get(lock.validate()).body());
            assertTrue(status.getBoolean("current"), "lost " + lock.name() + ", " + context);
            assertEquals(
                    200,
                    server.postRepeatable("/api/lock/heartbeat", lock.proof()).statusCode(),
                    context);
        }
        for (Granted lock : released) {
            assertEquals(
                    404,
                    server.postRepeatable("/api/lock/heartbeat", lock.proof()).statusCode(),
                    "came back: " + lock.name() + ", " + context);
        }
        released.clear();
    }
}
