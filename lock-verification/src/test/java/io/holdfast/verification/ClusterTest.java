package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.client.LockClientOptions;
import io.holdfast.client.blocking.BlockingLockClient;
import io.holdfast.client.blocking.LockHandle;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Three processes of the real jar that serve as one, and what becomes of it when one of them goes. {@code
 * -Pcrash} for the long run, {@code -Dseed=N} for the same choices again.
 */
@Tag("faults")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
@Isolated("measures how long a fail-over takes")
final class ClusterTest {
    private static final int ROUNDS = Integer.getInteger("failover.rounds", 2);
    private static final int CALLERS = 6;
    /** What is promised; the few rounds of a normal run share their machine with whatever else it builds. */
    private static final Duration LONGEST_FAIL_OVER = Duration.ofSeconds(ROUNDS < 20 ? 15 : 4);

    /** How long the leader stands still. */
    private static final int FREEZE_SECONDS = Integer.getInteger("freeze.seconds", 2);

    private static final int HEARTBEATS = 200;

    @TempDir
    private static Path shared;

    /** Of the tests that leave behind what they found. */
    private static Cluster cluster;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = Cluster.start(shared, 3);
    }

    @AfterAll
    static void stopCluster() throws Exception {
        cluster.close();
    }

    @BeforeEach
    void awaitAllNodes() throws Exception {
        for (String id : cluster.ids()) {
            cluster.awaitReady(id);
        }
    }

    @Test
    void nothingAcknowledgedIsLostWhenTheLeaderIsKilled() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        long[] millis = new long[ROUNDS];
        int checked = 0;
        int troubles = 0;
        try (BlockingLockClient client = client();
                LockHandle kept = client.acquire("kept", Duration.ofSeconds(10))) {
            List<ClusterCaller> callers = callers(seed);
            for (int round = 0; round < ROUNDS; round++) {
                String context = "round " + round + ", -Dseed=" + seed;
                millis[round] = killLeaderUnderLoad(callers);
                for (ClusterCaller caller : callers) {
                    caller.check(context);
                    checked += caller.held();
                }
                assertTrue(kept.isHeld(), context);
            }
            for (ClusterCaller caller : callers) {
                troubles += caller.troubles();
            }
            HttpResponse<String> status = cluster.node(cluster.awaitLeader())
                    .get("/api/lock/validate/kept?fencingToken=" + kept.fencingToken());
            assertTrue(new JsonObject(status.body()).getBoolean("current"), status.body());
        }
        Arrays.sort(millis);
        System.out.println(ROUNDS + " leaders killed; first grant after it: median " + millis[ROUNDS / 2]
                + " ms, longest "
                + millis[ROUNDS - 1] + " ms; held locks found again: " + checked + "; requests without an answer: "
                + troubles);
        assertTrue(checked > 0);
        assertTrue(millis[ROUNDS - 1] <= LONGEST_FAIL_OVER.toMillis(), Arrays.toString(millis));
    }

    private static BlockingLockClient client() {
        return BlockingLockClient.create(LockClientOptions.defaults()
                .withEndpoints(cluster.endpoints())
                .withRequestTimeout(Duration.ofSeconds(2)));
    }

    private static List<ClusterCaller> callers(long seed) {
        List<ClusterCaller> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(new ClusterCaller(cluster, i, seed));
        }
        return callers;
    }

    /** Returns after how many milliseconds the first lock was granted after the kill. */
    private static long killLeaderUnderLoad(List<ClusterCaller> callers) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        List<Future<?>> working = new ArrayList<>();
        for (ClusterCaller caller : callers) {
            working.add(threads.submit(() -> {
                caller.work(over::get);
                return true;
            }));
        }
        try {
            long warmNanos = System.nanoTime();
            awaitGrantAfter(warmNanos + TimeUnit.MILLISECONDS.toNanos(300));
            String leader = cluster.awaitLeader();
            cluster.node(leader).kill();
            long killedNanos = System.nanoTime();
            long grantedNanos = awaitGrantAfter(killedNanos, leader);
            over.set(true);
            for (Future<?> work : working) {
                work.get();
            }
            cluster.run(leader);
            cluster.awaitReady(leader);
            return TimeUnit.NANOSECONDS.toMillis(grantedNanos - killedNanos);
        } finally {
            over.set(true);
            threads.shutdownNow();
        }
    }

    private static void awaitGrantAfter(long nanos) throws Exception {
        long unused = awaitGrantAfter(nanos, "nobody");
    }

    /** Asks a node that lives until it grants something, no sooner than that. */
    private static long awaitGrantAfter(long nanos, String dead) throws Exception {
        ServerProcess node = cluster.node(cluster.others(dead).get(0));
        return Cluster.await("a grant", () -> {
            try {
                HttpResponse<String> answer = node.post(
                        "/api/lock/acquire", "{\"resourceName\":\"probe-" + System.nanoTime() + "\",\"ttlMs\":1000}");
                long now = System.nanoTime();
                return answer.statusCode() == 200 && now - nanos > 0 ? now : null;
            } catch (IOException e) {
                return null;
            }
        });
    }

    /** What the frozen leader finds in its sockets when it wakes up, it may not say yes to. */
    @Test
    void aLeaderThatStoodStillAcknowledgesNothingAndExpiresNothing() throws Exception {
        try (BlockingLockClient client = client();
                LockHandle kept = client.acquire("kept", Duration.ofSeconds(10))) {
            String frozen = cluster.awaitLeader();
            String free = acquire(cluster.node(frozen), "released-meanwhile").getString("lockToken");
            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                cluster.node(frozen).freeze();
                Future<HttpResponse<String>> heartbeat = threads.submit(
                        () -> cluster.node(frozen).post("/api/lock/heartbeat", proof("released-meanwhile", free)));
                Future<HttpResponse<String>> acquire = threads.submit(
                        () -> cluster.node(frozen).post("/api/lock/acquire", "{\"resourceName\":\"taken-meanwhile\"}"));
                ServerProcess other = cluster.node(cluster.others(frozen).get(0));
                Cluster.await("another leader", () -> release(other, "released-meanwhile", free));
                JsonObject taken = acquire(other, "taken-meanwhile");
                TimeUnit.SECONDS.sleep(FREEZE_SECONDS); // longer than any lease of a leader
                cluster.node(frozen).thaw();
                assertNotEquals(
                        200, heartbeat.get().statusCode(), heartbeat.get().body());
                assertNotEquals(200, acquire.get().statusCode(), acquire.get().body());
                cluster.awaitReady(frozen);
                assertEquals(
                        200,
                        cluster.node(frozen)
                                .post("/api/lock/heartbeat", proof("taken-meanwhile", taken.getString("lockToken")))
                                .statusCode());
                assertTrue(kept.isHeld());
                kept.ensureHeld(Duration.ofSeconds(1));
            } finally {
                cluster.node(frozen).thaw();
                threads.shutdownNow();
            }
        }
    }

    private static JsonObject acquire(ServerProcess node, String name) throws Exception {
        return Cluster.await("a grant of " + name, () -> {
            HttpResponse<String> answer = node.post("/api/lock/acquire", "{\"resourceName\":\"" + name + "\"}");
            return answer.statusCode() == 200 ? new JsonObject(answer.body()) : null;
        });
    }

    /** True when it is released, null when that may be tried again. */
    private static Boolean release(ServerProcess node, String name, String token) throws Exception {
        return node.post("/api/lock/release", proof(name, token)).statusCode() == 503 ? null : true;
    }

    private static String proof(String name, String token) {
        return "{\"resourceName\":\"" + name + "\",\"lockToken\":\"" + token + "\"}";
    }

    @Test
    void aRollingRestartIsAPauseAndNoError() throws Exception {
        try (BlockingLockClient client = client();
                LockHandle kept = client.acquire("kept", Duration.ofSeconds(10))) {
            AtomicBoolean over = new AtomicBoolean();
            ExecutorService threads = Executors.newSingleThreadExecutor();
            try {
                Future<Integer> working = threads.submit(() -> {
                    int rounds = 0;
                    while (!over.get()) {
                        client.acquire("work", Duration.ofSeconds(15)).close();
                        rounds++;
                    }
                    return rounds;
                });
                for (String id : cluster.ids()) {
                    cluster.node(id).terminate();
                    assertEquals(
                            0, cluster.node(id).awaitExit(), cluster.node(id).errors());
                    cluster.run(id);
                    cluster.awaitReady(id);
                }
                over.set(true);
                assertTrue(working.get(30, TimeUnit.SECONDS) > 0);
                assertTrue(kept.isHeld());
            } finally {
                over.set(true);
                threads.shutdownNow();
            }
        }
    }

    @Test
    void aNodeThatLostItsDirectoryIsRefusedUnderItsOldName() throws Exception {
        String lost = cluster.others(cluster.awaitLeader()).get(0);
        cluster.node(lost).kill();
        Path aside = folder.resolve("aside");
        Files.move(cluster.dataDir(lost), aside);
        ServerProcess refused = cluster.run(lost);
        assertEquals(1, refused.awaitExit());
        assertTrue(refused.errors().contains("it has forgotten what it acknowledged"), refused.errors());
        assertEquals(1, refused.errors().strip().lines().count(), refused.errors());
        assertFalse(refused.output().contains("\tat "), refused.output());
        Machine.delete(cluster.dataDir(lost));
        Files.move(aside, cluster.dataDir(lost));
        cluster.run(lost);
    }

    @Test
    void heartbeatsAppendNothing() throws Exception {
        String leader = cluster.awaitLeader();
        ServerProcess node = cluster.node(leader);
        String lock = proof("beaten", acquire(node, "beaten").getString("lockToken"));
        JsonObject session = new JsonObject(node.post("/api/session/open", "{\"clientId\":\"beater\",\"ttlMs\":30000}")
                .body());
        String beat = "{\"sessionId\":\"" + session.getString("sessionId") + "\"}";
        long before = applied(leader);
        for (int i = 0; i < HEARTBEATS; i++) {
            assertEquals(200, node.post("/api/lock/heartbeat", lock).statusCode());
            assertEquals(200, node.post("/api/session/heartbeat", beat).statusCode());
        }
        assertEquals(before, applied(leader));
        assertTrue(release(node, "beaten", new JsonObject(lock).getString("lockToken")));
        assertTrue(applied(leader) > before, "what is no heartbeat is appended");
    }

    private static long applied(String id) throws Exception {
        return cluster.view(id).getJsonArray("nodes").stream()
                .map(JsonObject.class::cast)
                .filter(node -> id.equals(node.getString("id")))
                .mapToLong(node -> node.getLong("appliedIndex"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void nodesAreAddedAndRemovedWhileItServes() throws Exception {
        try (Cluster growing = Cluster.start(folder, 3)) {
            String token = acquire(growing.node("n1"), "kept").getString("lockToken");
            JsonArray known = growing.peers().copy();
            growing.introduce("n4", known);
            growing.run("n4", known);
            JsonObject newcomer = known.getJsonObject(3);
            assertChanged(200, "Node n4 was added", growing.node("n1"), "add", newcomer);
            assertChanged(200, "Node n4 is a member", growing.node("n2"), "add", newcomer);
            String leader = growing.awaitLeader();
            assertChanged(
                    400, "leads; stop it first", growing.node("n4"), "remove", new JsonObject().put("id", leader));
            String leaving = growing.others(leader).get(0);
            assertChanged(200, "was removed", growing.node("n4"), "remove", new JsonObject().put("id", leaving));
            growing.node(leaving).kill();
            JsonObject view = Cluster.await("three nodes that know of each other", () -> {
                JsonObject seen = growing.view(leader);
                return seen.getJsonArray("nodes").stream()
                                .allMatch(node -> ((JsonObject) node).getLong("lag", -1L) == 0)
                        ? seen
                        : null;
            });
            assertEquals(3, view.getJsonArray("nodes").size(), view.encode());
            assertEquals(leader, view.getString("leaderId"), view.encode());
            growing.awaitReady("n4");
            assertEquals(
                    200,
                    growing.node("n4")
                            .post("/api/lock/heartbeat", proof("kept", token))
                            .statusCode());
        }
    }

    private static void assertChanged(int code, String message, ServerProcess node, String change, JsonObject body)
            throws Exception {
        HttpResponse<String> answer = Cluster.await("the members to be changed", () -> {
            HttpResponse<String> told = node.post("/api/admin/cluster/" + change, body.encode());
            return told.statusCode() == 503 ? null : told;
        });
        assertTrue(answer.body().contains(message), answer.body());
        assertEquals(code, answer.statusCode(), answer.body());
    }
}
