package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Somebody who acquires and releases locks at any node of a cluster, and remembers what was acknowledged. What was not
 * answered, or answered with a trouble of the service, may be either way and is not looked at again.
 */
final class ClusterCaller {
    private static final String TTL = ",\"ttlMs\":3600000";

    private final Cluster cluster;
    private final int number;
    private final Random random;
    private final List<Granted> held = new ArrayList<>();
    private final List<Granted> released = new ArrayList<>();
    private long newestFence;
    private int names;
    private int troubles;
    private long lastGrantNanos;

    ClusterCaller(Cluster cluster, int number, long seed) {
        this.cluster = cluster;
        this.number = number;
        this.random = new Random(seed * 31 + number);
    }

    int troubles() {
        return troubles;
    }

    int held() {
        return held.size();
    }

    /** When it was last granted something, by {@code System.nanoTime}. */
    long lastGrantNanos() {
        return lastGrantNanos;
    }

    void work(BooleanSupplier over) throws InterruptedException {
        while (!over.getAsBoolean()) {
            List<String> ids = cluster.ids();
            ServerProcess node = cluster.node(ids.get(random.nextInt(ids.size())));
            try {
                if (held.size() < 5 || random.nextInt(3) == 0) {
                    acquire(node);
                } else {
                    release(node);
                }
            } catch (IOException gone) {
                troubles++;
            }
        }
    }

    private void acquire(ServerProcess node) throws IOException, InterruptedException {
        names++;
        String name = "caller-" + number + "-" + names;
        long newestBefore = newestFence;
        HttpResponse<String> answer = node.post("/api/lock/acquire", "{\"resourceName\":\"" + name + "\"" + TTL + "}");
        if (answer.statusCode() == 503) {
            troubles++;
            return;
        }
        assertEquals(200, answer.statusCode(), answer.body());
        JsonObject grant = new JsonObject(answer.body());
        long fence = grant.getLong("fencingToken");
        assertTrue(fence > newestBefore, "fencing tokens rise, also when the leader changes");
        newestFence = fence;
        lastGrantNanos = System.nanoTime();
        held.add(new Granted(name, grant.getString("lockToken"), fence));
    }

    private void release(ServerProcess node) throws IOException, InterruptedException {
        Granted lock = held.remove(random.nextInt(held.size()));
        HttpResponse<String> answer = node.post("/api/lock/release", lock.proof());
        if (answer.statusCode() == 503) {
            troubles++;
            return;
        }
        assertEquals(200, answer.statusCode(), answer.body());
        released.add(lock);
    }

    /** Everything that was acknowledged is as it was, whichever node is asked. */
    void check(String context) throws Exception {
        for (Granted lock : held) {
            HttpResponse<String> answer = ask(lock.validate(), null);
            assertTrue(
                    new JsonObject(answer.body()).getBoolean("current", false), "lost " + lock.name() + ", " + context);
            assertEquals(200, ask("/api/lock/heartbeat", lock.proof()).statusCode(), context);
        }
        for (Granted lock : released) {
            assertEquals(
                    404,
                    ask("/api/lock/heartbeat", lock.proof()).statusCode(),
                    "came back: " + lock.name() + ", " + context);
        }
        released.clear();
    }

    /** Asks until somebody can say. */
    private HttpResponse<String> ask(String path, String body) throws Exception {
        List<String> ids = cluster.ids();
        return Cluster.await("an answer", () -> {
            ServerProcess node = cluster.node(ids.get(random.nextInt(ids.size())));
            try {
                HttpResponse<String> answer = body == null ? node.get(path) : node.post(path, body);
                return answer.statusCode() == 503 ? null : answer;
            } catch (IOException e) {
                return null;
            }
        });
    }
}
