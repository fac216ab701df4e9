package io.holdfast.server.log.ratis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.Claim;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import io.holdfast.server.log.CommandWriter;
import io.holdfast.server.log.DamagedLogException;
import io.holdfast.server.log.TableWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class RatisLogTest {
    private static final Terms TERMS = new Terms(45_000, 0, Map.of());

    @TempDir
    private Path folder;

    private final ExecutorService loop = Executors.newSingleThreadExecutor();
    private final CompletableFuture<String> failure = new CompletableFuture<>();

    @AfterEach
    void stop() {
        loop.shutdownNow();
    }

    /** A log with its table, and somebody who takes and gives back locks. */
    private final class Node {
        private final RatisLog log;
        private final LockTable table;
        private final Deque<Hold> held = new ArrayDeque<>();

        private Node() throws IOException {
            log = RatisLog.open(new LogSetup(folder, () -> new LockTable(0, 100), 500_000), loop, failure::complete);
            table = log.table();
            table.onChange(new CommandWriter(log::append));
        }

        /** Changes the table so many times on the loop and waits until all of it is durable. */
        private void work(int changes, long seed) throws Exception {
            Random random = new Random(seed);
            CompletableFuture<Boolean> durable = new CompletableFuture<>();
            loop.submit(() -> {
                        for (int i = 0; i < changes; i++) {
                            if (held.size() > 20 && random.nextBoolean()) {
                                table.end(held.remove(), EndReason.RELEASED);
                            } else {
                                acquire("r" + random.nextLong());
                            }
                        }
                        log.whenDurable(() -> durable.complete(true), () -> {});
                        return true;
                    })
                    .get();
            durable.get(20, TimeUnit.SECONDS);
        }

        private void acquire(String name) {
            AcquireCommand command = new AcquireCommand(
                    List.of(new Part(name, Claim.EXCLUSIVE)),
                    "client",
                    null,
                    null,
                    TERMS,
                    new Token(7, name.hashCode()),
                    1);
            held.add(table.acquire(command, true).requireHold());
        }

        /** The same, and then a snapshot of it: made of what is applied, which is a little later than durable. */
        private void workAndMakeSnapshot(int changes, long seed) throws Exception {
            long before = log.commandsSinceSnapshot();
            work(changes, seed);
            while (log.commandsSinceSnapshot() < before + changes) {
                Thread.onSpinWait();
            }
            log.makeSnapshot().get(20, TimeUnit.SECONDS);
        }

        private byte[] state() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            TableWriter.write(table, new DataOutputStream(bytes));
            return bytes.toByteArray();
        }

        private void close() throws IOException {
            log.close();
        }
    }

    /** It used to end a server that could not listen, or was told to stop, with "cannot write the log". */
    @Test
    void entriesUnderWayWhenTheLogIsClosedAreNoFailure() throws Exception {
        for (int round = 0; round < 3; round++) {
            Node node = new Node();
            loop.submit(() -> {
                        for (int i = 0; i < 5_000; i++) {
                            node.acquire("r" + i);
                        }
                    })
                    .get();
            node.log.close();
            loop.submit(() -> {}).get();
            assertFalse(failure.isDone(), () -> failure.getNow(""));
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    if (!file.equals(folder)) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    @Test
    void aRestartFindsEverythingThatWasDurable() throws Exception {
        byte[] expected = new byte[0];
        for (int run = 0; run < 4; run++) {
            Node node = new Node();
            if (run > 0) {
                assertArrayEquals(expected, node.state(), "run " + run);
            }
            node.work(3_000, run);
            expected = node.state();
            node.close();
        }
    }

    @Test
    void nothingIsDurableInTheTurnItIsAppended() throws Exception {
        Node node = new Node();
        List<String> told = new ArrayList<>();
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        loop.submit(() -> {
                    assertTrue(node.log.isDurable());
                    node.log.whenDurable(() -> told.add("before"), () -> {});
                    assertEquals(List.of("before"), told);
                    node.acquire("a");
                    assertFalse(node.log.isDurable());
                    node.log.whenDurable(() -> told.add("a"), () -> {});
                    node.acquire("b");
                    node.log.whenDurable(() -> told.add("b"), () -> {});
                    node.log.whenDurable(() -> done.complete(told.add("end")), () -> {});
                    assertEquals(List.of("before"), told);
                    return true;
                })
                .get();
        done.get(20, TimeUnit.SECONDS);
        assertEquals(List.of("before", "a", "b", "end"), told);
        node.close();
    }

    /** Ratis applies an entry some time after it is durable. */
    @Test
    void aBackupHasWhatWasToldJustBefore(@TempDir Path elsewhere) throws Exception {
        Path backup = elsewhere.resolve("backup");
        Node node = new Node();
        for (int round = 1; round <= 200; round++) {
            CompletableFuture<CompletableFuture<Integer>> begun = new CompletableFuture<>();
            loop.execute(() -> {
                node.acquire("r" + node.held.size());
                node.log.whenDurable(() -> begun.complete(node.log.backUp(backup, 0, 1)), () -> {});
            });
            assertEquals(round, begun.get(20, TimeUnit.SECONDS).get(20, TimeUnit.SECONDS));
        }
        node.close();
    }

    @Test
    void aSnapshotAndTheRestAreTheWholeAndTheLogBeforeItIsForgotten() throws Exception {
        Node node = new Node();
        node.workAndMakeSnapshot(20_000, 1);
        node.workAndMakeSnapshot(500, 2);
        node.work(500, 3);
        byte[] expected = node.state();
        node.close();
        assertEquals(
                2,
                files("snapshot.")
                        .filter(file -> file.toString().endsWith(".md5"))
                        .count());
        Node again = new Node();
        assertArrayEquals(expected, again.state());
        assertEquals(500, again.log.commandsSinceSnapshot(), "commands after the snapshot");
        again.close();
    }

    /** A server that was killed between the two used to take its snapshot for damaged. */
    @Test
    void aSnapshotIsThereOnlyWhenItsChecksumIs() throws Exception {
        Path snapshot = folder.resolve("snapshot.0_0");
        Files.createDirectories(folder.resolve("snapshot.0_0.md5").resolve("in the way"));
        assertThrows(IOException.class, () -> Snapshots.write(snapshot, out -> out.write(1)));
        assertFalse(Files.exists(snapshot));
    }

    @Test
    void aDamagedSnapshotIsRefusedByName() throws Exception {
        Node node = new Node();
        node.workAndMakeSnapshot(1_000, 1);
        node.close();
        Path snapshot = files("snapshot.")
                .filter(file -> !file.toString().endsWith(".md5"))
                .findFirst()
                .orElseThrow();
        byte[] content = Files.readAllBytes(snapshot);
        content[content.length / 2] ^= 4;
        Files.write(snapshot, content);
        IOException refusal = assertThrows(IOException.class, Node::new);
        assertTrue(
                String.valueOf(refusal.getMessage())
                        .contains(snapshot.getFileName().toString()),
                refusal.toString());
    }

    @Test
    void aFlippedBitInTheMiddleOfTheLogIsRefused() throws Exception {
        Node node = new Node();
        node.work(5_000, 1);
        node.close();
        Path segment = files("log_").findFirst().orElseThrow();
        byte[] content = Files.readAllBytes(segment);
        content[20_000] ^= 1;
        Files.write(segment, content);
        IOException refusal = assertThrows(IOException.class, Node::new);
        System.out.println(refusal.getMessage());
        assertTrue(
                String.valueOf(refusal.getMessage())
                        .contains(segment.getFileName().toString()),
                refusal.toString());
    }

    /** A crash in the middle of writing a record may leave any part of it, before the space set aside or the end. */
    @Test
    void aTornLastRecordIsCutOffWhereverItIsTorn() throws Exception {
        Node node = new Node();
        node.work(30, 1);
        byte[] stateBefore = node.state();
        Path segment = files("log_inprogress_").findFirst().orElseThrow();
        byte[] before = Files.readAllBytes(segment);
        node.work(1, 2);
        byte[] content = withLittleRoom(Files.readAllBytes(segment));
        node.close();
        int start = Arrays.mismatch(before, content);
        int end = content.length;
        while (content[end - 1] == 0) {
            end--;
        }
        assertTrue(end - start > 50);
        for (int cut = start; cut < end; cut++) {
            byte[] torn = Arrays.copyOf(content, cut);
            for (byte[] left : List.of(torn, Arrays.copyOf(torn, content.length))) {
                Files.write(segment, left);
                LogFiles.check(folder);
                int expected = cut == start ? left.length : start;
                assertEquals(expected, Files.size(segment), "torn at " + (cut - start) + " of " + (end - start));
            }
        }
        Node again = new Node();
        assertArrayEquals(stateBefore, again.state());
        again.work(100, 3);
        byte[] later = again.state();
        again.close();
        Node last = new Node();
        assertArrayEquals(later, last.state());
        last.close();
    }

    /** Every bit of a length may flip: whatever it says then, what follows is not cut off with it. */
    @Test
    void aFlippedBitBeforeTheLastRecordIsNoTear() throws Exception {
        Node node = new Node();
        node.work(30, 1);
        Path segment = files("log_inprogress_").findFirst().orElseThrow();
        int start = Files.readAllBytes(segment).length;
        byte[] before = Files.readAllBytes(segment);
        node.work(1, 2);
        byte[] middle = Files.readAllBytes(segment);
        node.work(1, 3);
        byte[] content = withLittleRoom(Files.readAllBytes(segment));
        node.close();
        int from = Arrays.mismatch(before, middle);
        int to = Arrays.mismatch(middle, content);
        assertTrue(from < to && to < start);
        for (int bit = 8 * from; bit < 8 * to; bit++) {
            byte[] flipped = content.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            Files.write(segment, flipped);
            DamagedLogException refusal = assertThrows(DamagedLogException.class, () -> LogFiles.check(folder));
            assertTrue(String.valueOf(refusal.getMessage()).endsWith("is damaged at byte " + from), refusal.toString());
        }
    }

    /** Megabytes are set aside; a test that writes the file a thousand times can do with less. */
    private static byte[] withLittleRoom(byte[] segment) {
        int end = segment.length;
        while (segment[end - 1] == 0) {
            end--;
        }
        return Arrays.copyOf(segment, end + 4_096);
    }

    private Stream<Path> files(String start) throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(file -> file.getFileName().toString().startsWith(start)).sorted().toList().stream();
        }
    }
}
