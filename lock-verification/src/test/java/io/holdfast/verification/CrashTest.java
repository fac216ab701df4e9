package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real jar in durable mode, killed with SIGKILL under load, over and over on one data directory: what was acknowledged
 * is there after the restart. {@code -Pcrash} for the long run of 50 rounds, {@code -Dseed=N} for the same choices again.
 */
final class CrashTest {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 3);
    private static final int CALLERS = 8;
    private static final String TTL = "\"ttlMs\":3600000";

    @TempDir
    private Path folder;

    /** What one caller knows. Whatever it was not answered may be either way, and is not looked at again. */
    private static final class Caller {
        private final int number;
        private final String ending;
        private final Random random;
        private final List<Held> held = new ArrayList<>();
        private final List<Held> released = new ArrayList<>();
        private long newestFence;
        private int names;

        private Caller(int number, String ending, long seed) {
            this.number = number;
            this.ending = ending;
            this.random = new Random(seed + number);
        }

        private record Held(String name, String token, long fence) {
            private String proof() {
                return "{\"resourceName\":\"" + name + "\",\"lockToken\":\"" + token + "\"}";
            }
        }

        /** Acquires and releases until the server is gone. */
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
            } catch (IOException killed) {
                // the outcome of this one is unknown
            }
        }

        private void acquire(ServerProcess server) throws IOException, InterruptedException {
            names++;
            String name = "caller-" + number + "/" + names + ending;
            HttpResponse<String> answer =
                    post(server, "/api/lock/acquire", "{\"resourceName\":\"" + name + "\"," + TTL + "}");
            assertEquals(200, answer.statusCode(), answer.body());
            JsonObject grant = new JsonObject(answer.body());
            long fence = grant.getLong("fencingToken");
            assertTrue(fence > newestFence, "fencing tokens rise, also over a crash");
            newestFence = fence;
            held.add(new Held(name, grant.getString("lockToken"), fence));
        }

        private void release(ServerProcess server) throws IOException, InterruptedException {
            Held lock = held.remove(random.nextInt(held.size()));
            HttpResponse<String> answer = post(server, "/api/lock/release", lock.proof());
            assertEquals(200, answer.statusCode(), answer.body());
            released.add(lock);
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

        /** Everything that was acknowledged is as it was. */
        private void check(ServerProcess server, String context) throws IOException, InterruptedException {
            for (Held lock : held) {
                JsonObject status = new JsonObject(server.get(
                                "/api/lock/validate/" + lock.name.replace("/", "%2F") + "?fencingToken=" + lock.fence)
                        .body());
                assertTrue(status.getBoolean("current"), "lost " + lock.name + ", " + context);
                assertEquals(
                        200, server.post("/api/lock/heartbeat", lock.proof()).statusCode(), context);
            }
            for (Held lock : released) {
                assertEquals(
                        404,
                        server.post("/api/lock/heartbeat", lock.proof()).statusCode(),
                        "came back: " + lock.name + ", " + context);
            }
            released.clear();
        }
    }

    @Test
    void everythingAcknowledgedIsThereAfterAKill() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        List<Caller> callers = callers("", seed);
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        long newestFence = 0;
        int checked = 0;
        try {
            for (int round = 0; round < ROUNDS; round++) {
                String context = "round " + round + ", -Dseed=" + seed;
                try (ServerProcess server = ServerProcess.start(folder, "-Dholdfast.storage=durable")) {
                    for (Caller caller : callers) {
                        caller.check(server, context);
                        checked += caller.held.size();
                        caller.newestFence = Math.max(newestFence, caller.newestFence);
                    }
                    killUnderLoad(server, callers, threads, 1 + random.nextInt(1_500));
                }
                for (Caller caller : callers) {
                    newestFence = Math.max(newestFence, caller.newestFence);
                }
            }
            try (ServerProcess server = ServerProcess.start(folder, "-Dholdfast.storage=durable")) {
                for (Caller caller : callers) {
                    caller.check(server, "at the end, -Dseed=" + seed);
                    checked += caller.held.size();
                }
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println(ROUNDS + " kills, held locks found again: " + checked);
        assertTrue(checked > 0);
    }

    private static List<Caller> callers(String ending, long seed) {
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(new Caller(i, ending, seed));
        }
        return callers;
    }

    private static void killUnderLoad(
            ServerProcess server, List<Caller> callers, ExecutorService threads, int afterAnswers) throws Exception {
        CountDownLatch answered = new CountDownLatch(afterAnswers);
        List<Future<?>> working = startAll(server, callers, threads, answered);
        assertTrue(answered.await(60, TimeUnit.SECONDS), "the server answers no more");
        server.kill();
        for (Future<?> work : working) {
            work.get();
        }
    }

    private static List<Future<?>> startAll(
            ServerProcess server, List<Caller> callers, ExecutorService threads, CountDownLatch answered) {
        List<Future<?>> working = new ArrayList<>();
        for (Caller caller : callers) {
            working.add(threads.submit(() -> {
                caller.work(server, answered);
                return true;
            }));
        }
        return working;
    }

    /** On a disk of five megabytes, which only root can make; elsewhere this says that it was not run. */
    @Test
    void aFullDiskEndsTheServerAndLosesNothing() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        if (mount("-t", "tmpfs", "-o", "size=5m", "tmpfs", disk.toString()) != 0) {
            System.out.println("NOT RUN: a full disk (this user cannot mount a small one)");
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        List<Caller> callers = callers("x".repeat(400), 1);
        String[] durable = {"-Dholdfast.storage=durable", "-Dholdfast.dataDir=" + disk.resolve("data")};
        try {
            try (ServerProcess server = ServerProcess.start(folder, durable)) {
                for (Future<?> work : startAll(server, callers, threads, new CountDownLatch(1))) {
                    work.get(120, TimeUnit.SECONDS);
                }
                assertEquals(1, server.awaitExit());
                assertTrue(server.errors().contains("cannot write the log: "), server.errors());
                assertEquals(1, server.errors().strip().lines().count(), server.errors());
                assertFalse(server.output().contains("\tat "), "a stack trace");
            }
            assertEquals(0, mount("-o", "remount,size=64m", disk.toString()));
            try (ServerProcess server = ServerProcess.start(folder, durable)) {
                for (Caller caller : callers) {
                    assertFalse(caller.held.isEmpty());
                    caller.check(server, "after the disk was full");
                }
                server.kill(); // and wait for it: the disk is to be taken away
            }
        } finally {
            threads.shutdownNow();
            assertEquals(
                    0, new ProcessBuilder("umount", disk.toString()).start().waitFor());
        }
    }

    private static int mount(String... arguments) throws InterruptedException {
        try {
            List<String> command = new ArrayList<>(List.of("mount"));
            command.addAll(List.of(arguments));
            return new ProcessBuilder(command).start().waitFor();
        } catch (IOException e) {
            return -1; // there is no such command
        }
    }

    @Test
    void memoryModeRefusesTheDirectoryOfADurableServerAndASecondServerIsRefusedToo() throws Exception {
        try (ServerProcess durable = ServerProcess.start(folder, "-Dholdfast.storage=durable")) {
            assertRefused("another process is using it", "-Dholdfast.storage=durable");
            durable.terminate();
            assertEquals(0, durable.awaitExit());
        }
        assertRefused("holds the log of a durable server", "-Dholdfast.storage=memory");
    }

    private void assertRefused(String message, String storage) throws Exception {
        try (ServerProcess server = ServerProcess.run(folder, "-Dholdfast.port=0", storage)) {
            assertEquals(1, server.awaitExit());
            assertTrue(server.errors().contains(message), server.errors());
            assertEquals(1, server.errors().strip().lines().count(), server.errors());
        }
    }
}
