package io.holdfast.verification.campaign;

import io.holdfast.verification.Machine;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The servers of one run. */
final class Service implements AutoCloseable {
    /** Leases are short here, so that faults outlast them. */
    private static final int DEFAULT_TTL_MS = 4_000;

    private static final int MAX_TTL_MS = 6_000;
    private static final int LEADER_SECONDS = 60;

    private final Mode mode;
    private final List<Node> nodes = new ArrayList<>();

    /**
     * What to run.
     *
     * @param program what follows the virtual machine's own options on the command line: the jar, or a planted server
     * @param hosts where each node runs
     * @param clocks the wall clock of each node
     * @param dataDirs where each keeps its data
     */
    record Setting(List<String> program, List<Network.Host> hosts, List<FakeTime> clocks, List<Path> dataDirs) {}

    Service(Mode mode, Path folder, Setting setting, Random random) throws IOException {
        this.mode = mode;
        JsonArray peers = new JsonArray();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < mode.nodes(); i++) {
            ports.add(Machine.freePort(random));
            String host = setting.hosts().get(i).address();
            peers.add(new JsonObject()
                    .put("id", "n" + (i + 1))
                    .put("address", host + ":" + Machine.freePort(random))
                    .put("httpAddress", host + ":" + ports.get(i)));
        }
        for (int i = 0; i < mode.nodes(); i++) {
            nodes.add(node(i, folder, setting, ports.get(i), peers));
        }
    }

    private Node node(int index, Path folder, Setting setting, int port, JsonArray peers) throws IOException {
        String id = "n" + (index + 1);
        Network.Host host = setting.hosts().get(index);
        JsonObject conf = new JsonObject()
                .put("host", host.address())
                .put("port", port)
                .put("storage", mode.word())
                .put("dataDir", setting.dataDirs().get(index).toAbsolutePath().toString())
                .put("defaultTtlMs", DEFAULT_TTL_MS)
                .put("maxTtlMs", MAX_TTL_MS)
                .put("drainMs", 1_000);
        if (mode == Mode.REPLICATED) {
            conf.put("nodeId", id).put("peers", peers);
        }
        Path own = Files.createDirectories(folder.resolve(id));
        Path file = own.resolve("conf.json").toAbsolutePath();
        Files.writeString(file, conf.encode());
        List<String> command = new ArrayList<>(host.prefix());
        command.addAll(Machine.quickJava());
        command.add("-Xmx256m");
        command.addAll(setting.program());
        command.addAll(List.of("--conf", file.toString()));
        URI http = URI.create("http://" + host.address() + ":" + port);
        return new Node(id, own, command, http, setting.clocks().get(index));
    }

    /**
     * Starts all and waits until they serve.
     *
     * @throws NotSetUpException if one does not
     */
    void start() throws IOException, InterruptedException {
        for (Node node : nodes) {
            node.start();
        }
        for (Node node : nodes) {
            if (!node.awaitReady()) {
                throw new NotSetUpException("server " + node.id() + " does not come up; its output is in " + node.id());
            }
        }
    }

    Mode mode() {
        return mode;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** The node that leads; the only one outside of a cluster. */
    Node leader() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LEADER_SECONDS);
        while (nodes.size() > 1 && System.nanoTime() < deadline) {
            for (Node node : nodes) {
                if (node.leads()) {
                    return node;
                }
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return nodes.get(0);
    }

    /** Who leads, by the newest term anybody knows of; null if nobody says. */
    @Nullable
    String leaderId() throws InterruptedException {
        long newest = -1;
        String leader = null;
        for (Node node : nodes) {
            JsonObject seen = nodes.size() > 1 ? node.cluster() : null;
            if (seen != null && seen.getString("leaderId") != null && seen.getLong("term", 0L) > newest) {
                newest = seen.getLong("term", 0L);
                leader = seen.getString("leaderId");
            }
        }
        return leader;
    }

    /** SIGKILL. */
    void kill(Node node, Recorder recorder) throws InterruptedException {
        recorder.down(node.id(), mode.forgets());
        Processes.kill(node.process());
    }

    /** Starts it if it is down, however it came to be, and waits until it serves. */
    void revive(Node node, Recorder recorder) throws IOException, InterruptedException {
        if (!node.isAlive()) {
            node.start();
        }
        if (node.awaitReady()) {
            recorder.up(node.id());
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (Node node : nodes) {
            if (node.isAlive()) {
                Processes.kill(node.process());
            }
        }
    }
}
