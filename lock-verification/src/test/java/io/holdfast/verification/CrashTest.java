package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real jar in durable mode, killed with SIGKILL under load, over and over on one data directory: what was acknowledged
 * is there after the restart. {@code -Pcrash} for the long run of 50 rounds, {@code -Dseed=N} for the same choices again.
 */
@Tag("faults")
final class CrashTest {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 3);
    private static final int CALLERS = 8;
    /** For every other server: it makes a snapshot soon after its start, and may be killed meanwhile. */
    private static final int EARLY_SNAPSHOT = 100;

    private static final int LATE_SNAPSHOT = 500_000;

    @TempDir
    private Path folder;

    @Test
    void everythingAcknowledgedIsThereAfterAKill() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        List<DurableCaller> callers = DurableCaller.several(CALLERS, "", seed);
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        long newestFence = 0;
        int checked = 0;
        try {
            for (int round = 0; round < ROUNDS; round++) {
                String context = "round " + round + ", -Dseed=" + seed;
                String snapshot = "-Dholdfast.snapshotAfter=" + (round % 2 == 0 ? EARLY_SNAPSHOT : LATE_SNAPSHOT);
                try (ServerProcess server = ServerProcess.start(folder, "-Dholdfast.storage=durable", snapshot)) {
                    for (DurableCaller caller : callers) {
                        caller.check(server, context);
                        checked += caller.held();
                        caller.expectAbove(newestFence);
                    }
                    killUnderLoad(server, callers, threads, 1 + random.nextInt(1_500));
                }
                for (DurableCaller caller : callers) {
                    newestFence = Math.max(newestFence, caller.newestFence());
                }
            }
            try (ServerProcess server = ServerProcess.start(folder, "-Dholdfast.storage=durable")) {
                for (DurableCaller caller : callers) {
                    caller.check(server, "at the end, -Dseed=" + seed);
                    checked += caller.held();
                }
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println(ROUNDS + " kills, held locks found again: " + checked);
        assertTrue(checked > 0);
        assertFalse(files("snapshot.").isEmpty(), "no snapshot was made");
    }

    private static void killUnderLoad(
            ServerProcess server, List<DurableCaller> callers, ExecutorService threads, int afterAnswers)
            throws Exception {
        CountDownLatch answered = new CountDownLatch(afterAnswers);
        List<Future<?>> working = DurableCaller.startAll(server, callers, threads, answered);
        assertTrue(answered.await(60, TimeUnit.SECONDS), "the server answers no more");
        server.kill();
        for (Future<?> work : working) {
            work.get();
        }
    }

    /** On a disk of five megabytes, which only root can make; elsewhere it is not run. */
    @Test
    void aFullDiskEndsTheServerAndLosesNothing() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        NotRun.unless(
                mount("-t", "tmpfs", "-o", "size=5m", "tmpfs", disk.toString()) == 0,
                "a full disk",
                "this user cannot mount a small one");
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        List<DurableCaller> callers = DurableCaller.several(CALLERS, "x".repeat(400), 1);
        String[] durable = {"-Dholdfast.storage=durable", "-Dholdfast.dataDir=" + disk.resolve("data")};
        try {
            try (ServerProcess server = ServerProcess.start(folder, durable)) {
                for (Future<?> work : DurableCaller.startAll(server, callers, threads, new CountDownLatch(1))) {
                    work.get(120, TimeUnit.SECONDS);
                }
                assertEquals(1, server.awaitExit());
                assertTrue(server.errors().contains("cannot write the log: "), server.errors());
                assertEquals(1, server.errors().strip().lines().count(), server.errors());
                assertFalse(server.output().contains("\tat "), "a stack trace");
            }
            assertEquals(0, mount("-o", "remount,size=64m", disk.toString()));
            try (ServerProcess server = ServerProcess.start(folder, durable)) {
                for (DurableCaller caller : callers) {
                    assertTrue(caller.held() > 0);
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
    void heartbeatsAreNotWritten() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder, "-Dholdfast.storage=durable")) {
            DurableCaller holder = new DurableCaller(0, "", 0);
            holder.acquire(server);
            byte[] before = log();
            for (int i = 0; i < 500; i++) {
                holder.beat(server);
            }
            assertArrayEquals(before, log());
            holder.acquire(server);
            assertFalse(Arrays.equals(before, log()), "what is no heartbeat is written");
            server.kill(); // and wait for it: its directory is to be deleted
        }
    }

    private byte[] log() throws IOException {
        return Files.readAllBytes(files("log_inprogress_").get(0));
    }

    private List<Path> files(String prefix) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
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
