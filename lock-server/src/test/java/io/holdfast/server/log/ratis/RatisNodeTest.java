package io.holdfast.server.log.ratis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.Claim;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import io.holdfast.server.log.CommandWriter;
import io.holdfast.server.log.Member;
import io.holdfast.server.log.TableWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes in this process that keep one log, over loopback. */
@Timeout(90)
final class RatisNodeTest {
    private static final Terms TERMS = new Terms(45_000, 0, Map.of());

    @TempDir
    private Path folder;

    private final List<Member> members = new ArrayList<>();
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    /** One node, with a thread for its event loop. */
    private final class Node implements RatisNode.Watcher {
        private final String id;
        private final ExecutorService loop = Executors.newSingleThreadExecutor(this::thread);
        private final RatisNode node;
        private volatile Throwable uncaught;
        private volatile RatisLog leading;
        private volatile String failure;

        private Node(Member self, List<Member> all) throws IOException {
            id = self.id();
            node = RatisNode.open(
                    new LogSetup(folder.resolve(id), () -> new LockTable(0, 100), 500_000),
                    new Group(self, all),
                    loop,
                    this);
        }

        private Thread thread(Runnable work) {
            Thread thread = new Thread(work, "loop of " + id);
            thread.setUncaughtExceptionHandler((where, thrown) -> uncaught = thrown);
            return thread;
        }

        @Override
        public void leads(RatisLog log) {
            log.table().onChange(new CommandWriter(log::append));
            leading = log;
        }

        @Override
        public void follows() {
            leading = null;
        }

        @Override
        public void failed(String why) {
            failure = why;
        }

        /** Takes so many locks and waits until all of it is durable; false if that can not be said. */
        private boolean acquire(int first, int count) throws Exception {
            CompletableFuture<Boolean> durable = new CompletableFuture<>();
            loop.submit(() -> {
                        RatisLog log = leading;
                        if (log == null) {
                            return durable.complete(false);
                        }
                        for (int i = first; i < first + count; i++) {
                            take(log.table(), "r" + i, i);
                        }
                        log.whenDurable(() -> durable.complete(true), () -> durable.complete(false));
                        return true;
                    })
                    .get();
            return durable.get(20, TimeUnit.SECONDS);
        }

        private byte[] state() throws Exception {
            return loop.submit(() -> {
                        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                        TableWriter.write(leading.table(), new DataOutputStream(bytes));
                        return bytes.toByteArray();
                    })
                    .get();
        }

        private void close() throws Exception {
            node.close();
            loop.shutdown();
            assertEquals(null, failure);
            assertEquals(null, uncaught);
        }
    }

    private static void take(LockTable table, String name, int number) {
        AcquireCommand command = new AcquireCommand(
                List.of(new Part(name, Claim.EXCLUSIVE)), "client", null, null, TERMS, new Token(7, number), 1);
        table.acquire(command, true).requireHold();
    }

    @BeforeEach
    void choosePorts() {
        for (String id : List.of("a", "b", "c", "d")) {
            members.add(new Member(id, "s", "127.0.0.1:" + freePort(), "127.0.0.1:1"));
        }
    }

    /** Below those the system gives to outgoing connections, which could take one while its node is away. */
    private static int freePort() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 30_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // somebody has it
            }
        }
        throw new IllegalStateException("no free port");
    }

    @AfterEach
    void stop() throws Exception {
        for (Node node : nodes.values()) {
            node.close();
        }
    }

    private void startThree() throws Exception {
        for (Member member : members.subList(0, 3)) {
            nodes.put(member.id(), new Node(member, members.subList(0, 3)));
        }
    }

    private Node leader() throws Exception {
        return await(() -> nodes.values().stream()
                .filter(node -> node.leading != null)
                .findFirst()
                .orElse(null));
    }

    private List<Node> followers() throws Exception {
        Node leader = leader();
        return nodes.values().stream().filter(node -> node != leader).toList();
    }

    private static <T> T await(Callable<T> found) throws Exception {
        for (int i = 0; i < 2_000; i++) {
            T result = found.call();
            if (result != null) {
                return result;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new AssertionError("waited in vain");
    }

    /** Hands the lead over until that node has it. */
    private Node lead(String id) throws Exception {
        return await(() -> {
            Node leader = leader();
            if (leader.id.equals(id)) {
                return leader;
            }
            leader.node.handOverTo(member(id), 5_000);
            return null;
        });
    }

    private Member member(String id) {
        return members.stream()
                .filter(member -> member.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** It used to throw on the event loop. */
    @Test
    void whatIsUnderWayWhenANodeIsClosedIsLostAndNothingElseHappens() throws Exception {
        Node node = new Node(members.get(0), members.subList(0, 1));
        nodes.put("a", node);
        await(() -> node.leading);
        CompletableFuture<Boolean> durable = new CompletableFuture<>();
        node.loop
                .submit(() -> {
                    take(node.leading.table(), "r", 1);
                    node.leading.whenDurable(() -> durable.complete(true), () -> durable.complete(false));
                    node.node.close();
                    return true;
                })
                .get();
        assertFalse(durable.get(20, TimeUnit.SECONDS));
    }

    @Test
    void whoeverLeadsHasTheSameTable() throws Exception {
        startThree();
        assertTrue(leader().acquire(0, 1_000));
        byte[] expected = leader().state();
        for (String id : List.of("a", "b", "c", "a")) {
            assertArrayEquals(expected, lead(id).state(), id);
        }
    }

    @Test
    void aNodeThatOnlyLooksIsToldWhenItDoesNotLeadAnyMore() throws Exception {
        startThree();
        Node leader = leader();
        RatisLog log = leader.leading;
        assertFalse(log.isDurable());
        CompletableFuture<String> before = new CompletableFuture<>();
        leader.loop.execute(() -> log.whenDurable(() -> before.complete("confirmed"), () -> before.complete("lost")));
        assertEquals("confirmed", before.get(20, TimeUnit.SECONDS));
        assertTrue(leader.node.handOver(5_000));
        await(() -> leader.leading == null ? true : null);
        CompletableFuture<String> after = new CompletableFuture<>();
        leader.loop.execute(() -> log.whenDurable(() -> after.complete("confirmed"), () -> after.complete("lost")));
        assertEquals("lost", after.get(20, TimeUnit.SECONDS));
    }

    /** Entries of a leader that has lost the others are on its disk, and are taken back when it meets them again. */
    @Test
    void whatNoMajorityHasIsTakenBack() throws Exception {
        startThree();
        Node leader = leader();
        assertTrue(leader.acquire(0, 10));
        List<Node> gone = followers();
        for (Node node : gone) {
            node.close();
            nodes.remove(node.id);
        }
        assertFalse(leader.acquire(100, 10));
        leader.close();
        nodes.remove(leader.id);
        for (Node node : gone) {
            restart(node.id);
        }
        Node next = leader();
        assertTrue(next.acquire(200, 10));
        assertEquals(20, next.leading.table().size());
        byte[] expected = next.state();
        restart(leader.id);
        assertArrayEquals(expected, lead(leader.id).state());
    }

    /** Again if a newcomer was slow to answer, as an operator would: on a busy machine Ratis gives it up. */
    private void setMembers(List<Member> wanted) throws Exception {
        await(() -> {
            try {
                leader().node.setMembers(wanted);
                return true;
            } catch (IOException e) {
                return null;
            }
        });
    }

    private void restart(String id) throws IOException {
        nodes.put(id, new Node(member(id), members.subList(0, 3)));
    }

    @Test
    void aFollowerThatMissedASnapshotIsSentIt() throws Exception {
        startThree();
        assertTrue(leader().acquire(0, 1_000));
        Node away = followers().get(0);
        away.close();
        nodes.remove(away.id);
        assertTrue(leader().acquire(1_000, 1_000));
        for (Node node : nodes.values()) {
            node.node.makeSnapshot().get(20, TimeUnit.SECONDS);
        }
        assertTrue(leader().acquire(2_000, 10));
        for (Node node : nodes.values()) {
            node.node.makeSnapshot().get(20, TimeUnit.SECONDS);
        }
        assertTrue(leader().acquire(3_000, 10));
        byte[] expected = leader().state();
        restart(away.id);
        assertArrayEquals(expected, lead(away.id).state());
    }

    /** Whoever joins has no such beginning, and its log alone would make another table. */
    @Test
    void aNodeThatJoinsARestoredOneHasWhatWasRestored() throws Exception {
        LockTable restored = new LockTable(0, 100);
        for (int i = 0; i < 50; i++) {
            take(restored, "restored " + i, i);
        }
        RestoredLog log = new RestoredLog(folder.resolve("a"));
        log.begin(restored);
        log.finish();
        nodes.put("a", new Node(member("a"), members.subList(0, 1)));
        assertTrue(leader().acquire(0, 10));
        nodes.put("b", new Node(member("b"), List.of()));
        setMembers(members.subList(0, 2));
        assertTrue(leader().acquire(10, 10));
        byte[] expected = leader().state();
        Node joined = lead("b");
        assertEquals(70, joined.leading.table().size());
        assertArrayEquals(expected, joined.state());
    }

    @Test
    void nodesAreAddedAndRemoved() throws Exception {
        startThree();
        assertTrue(leader().acquire(0, 1_000));
        Member added = members.get(3);
        nodes.put(added.id(), new Node(added, List.of()));
        setMembers(members);
        assertTrue(leader().acquire(1_000, 1_000));
        byte[] expected = leader().state();
        assertArrayEquals(expected, lead(added.id()).state());
        setMembers(List.of(members.get(1), members.get(2), members.get(3)));
        Node removed = nodes.remove("a");
        removed.close();
        assertTrue(leader().acquire(2_000, 10));
    }
}
