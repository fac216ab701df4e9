package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.LockClientOptions;
import io.holdfast.client.blocking.BlockingLockClient;
import io.holdfast.client.blocking.LockHandle;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A program that runs a cluster on hosts of a network of its own, where clients reach every node all the time, and cuts
 * the leader off from the other nodes.
 */
final class PartitionProcess {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Cluster cluster;
    private final Namespaces network;
    private final LockHandle kept;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task);
        thread.setDaemon(true); // a failure ends the program
        return thread;
    });
    private long newestFence;

    /** In which direction nothing gets through between the leader and the others. */
    private enum Cut {
        BOTH_WAYS(true, true),
        FROM_THE_LEADER(true, false),
        TO_THE_LEADER(false, true);

        private final boolean mute;
        private final boolean deaf;

        Cut(boolean mute, boolean deaf) {
            this.mute = mute;
            this.deaf = deaf;
        }
    }

    private PartitionProcess(Cluster cluster, Namespaces network, LockHandle kept) {
        this.cluster = cluster;
        this.network = network;
        this.kept = kept;
    }

    /** The program; its argument is a directory for the nodes. */
    public static void main(String[] args) throws Exception {
        try (Namespaces network = Namespaces.create(List.of("n1", "n2", "n3"));
                Cluster cluster = Cluster.start(Path.of(args[0]), 3, network);
                BlockingLockClient client = BlockingLockClient.create(LockClientOptions.defaults()
                        .withEndpoints(cluster.endpoints())
                        .withRequestTimeout(Duration.ofSeconds(2)));
                LockHandle kept = client.acquire("kept", Duration.ofSeconds(10))) {
            PartitionProcess program = new PartitionProcess(cluster, network, kept);
            for (Cut cut : Cut.values()) {
                program.cutOff(cut);
            }
        }
    }

    private void cutOff(Cut cut) throws Exception {
        String leader = cluster.awaitLeader();
        List<String> others = cluster.others(leader);
        Granted lasting = acquire(List.of(leader), "lasting-" + cut);
        Granted released = acquire(List.of(leader), "released-" + cut);
        for (String other : others) {
            if (cut.mute) {
                network.cut(leader, other);
            }
            if (cut.deaf) {
                network.cut(other, leader);
            }
        }
        long cutNanos = System.nanoTime();
        Granted taken = acquire(others, "taken-" + cut);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - cutNanos);
        assertEquals(200, askUntilAnswered(others, "/api/lock/release", released.proof()));
        assertNothingIsAcknowledged(leader, lasting, released, cut);
        assertEquals(200, askUntilAnswered(others, "/api/lock/heartbeat", lasting.proof()), "lost, cut " + cut);
        network.heal(leader);
        assertAllAgree(lasting, released, taken, cut);
        assertTrue(kept.isHeld(), "cut " + cut);
        System.out.println("Leader cut off " + cut + ": the others granted a lock after " + millis
                + " ms, all agreed after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - cutNanos) + " ms");
    }

    /** By a node that was the leader and can do nothing about what the others do now. */
    private void assertNothingIsAcknowledged(String leader, Granted lasting, Granted released, Cut cut)
            throws Exception {
        String acquire = "{\"resourceName\":\"isolated-" + cut + "\"}";
        Map<String, Future<Integer>> answers = Map.of(
                "a heartbeat for a lock that is released",
                threads.submit(() -> ask(cluster.node(leader), "/api/lock/heartbeat", released.proof())),
                "a heartbeat",
                threads.submit(() -> ask(cluster.node(leader), "/api/lock/heartbeat", lasting.proof())),
                "an acquire",
                threads.submit(() -> ask(cluster.node(leader), "/api/lock/acquire", acquire)),
                "a look at what was",
                threads.submit(() -> ask(cluster.node(leader), released.validate(), null)));
        for (Map.Entry<String, Future<Integer>> answer : answers.entrySet()) {
            assertNotEquals(200, answer.getValue().get(), answer.getKey() + ", cut " + cut);
        }
    }

    private void assertAllAgree(Granted lasting, Granted released, Granted taken, Cut cut) throws Exception {
        for (String id : cluster.ids()) {
            cluster.awaitReady(id);
            List<String> node = List.of(id);
            String context = "at " + id + ", healed " + cut;
            assertEquals(200, askUntilAnswered(node, "/api/lock/heartbeat", lasting.proof()), context);
            assertEquals(200, askUntilAnswered(node, "/api/lock/heartbeat", taken.proof()), context);
            assertEquals(404, askUntilAnswered(node, "/api/lock/heartbeat", released.proof()), context);
        }
        String unused = Cluster.await("one view of all", () -> {
            List<String> views =
                    cluster.ids().stream().map(this::view).distinct().toList();
            return views.size() == 1 ? views.get(0) : null;
        });
    }

    /** Who leads in which term and how far a node has the log, as it says itself. */
    private String view(String id) {
        try {
            JsonObject view = cluster.view(id);
            long applied = view.getJsonArray("nodes").stream()
                    .map(JsonObject.class::cast)
                    .filter(node -> id.equals(node.getString("id")))
                    .mapToLong(node -> node.getLong("appliedIndex"))
                    .findFirst()
                    .orElse(-1);
            return view.getString("leaderId") + " in " + view.getLong("term") + " at " + applied;
        } catch (IOException e) {
            return id + " does not say";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** At whichever of these nodes grants it first; every try has a name of its own. */
    private Granted acquire(List<String> ids, String name) throws Exception {
        int[] tries = {0};
        return Cluster.await("a grant of " + name, () -> {
            tries[0]++;
            String tried = name + "-" + tries[0];
            ServerProcess node = cluster.node(ids.get(tries[0] % ids.size()));
            try {
                HttpResponse<String> answer =
                        node.post("/api/lock/acquire", "{\"resourceName\":\"" + tried + "\"}", PATIENCE);
                if (answer.statusCode() != 200) {
                    return null;
                }
                JsonObject grant = new JsonObject(answer.body());
                long fence = grant.getLong("fencingToken");
                assertTrue(fence > newestFence, "fencing tokens rise: " + tried);
                newestFence = fence;
                return new Granted(tried, grant.getString("lockToken"), fence);
            } catch (IOException e) {
                return null;
            }
        });
    }

    private int askUntilAnswered(List<String> ids, String path, String body) throws Exception {
        int[] tries = {0};
        return Cluster.await("an answer of " + ids, () -> {
            tries[0]++;
            int code = ask(cluster.node(ids.get(tries[0] % ids.size())), path, body);
            return code == 503 || code == 0 ? null : code;
        });
    }

    /** 0 for no answer in time. */
    private static int ask(ServerProcess node, String path, String body) throws InterruptedException {
        try {
            HttpResponse<String> answer = body == null ? node.get(path, PATIENCE) : node.post(path, body, PATIENCE);
            return answer.statusCode();
        } catch (IOException e) {
            return 0;
        }
    }
}
