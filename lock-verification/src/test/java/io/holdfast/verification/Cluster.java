package io.holdfast.verification;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Some processes of the real jar on this machine that serve as one. */
final class Cluster implements AutoCloseable {
    /** So few that whoever is killed under load may be making a snapshot. */
    private static final int SNAPSHOT_AFTER = 200;

    private static final long PATIENCE_SECONDS = 60;

    /** All nodes on this host. */
    private static final Hosts LOOPBACK = new Hosts() {
        @Override
        public String address(String id) {
            return "127.0.0.1";
        }

        @Override
        public List<String> wrapper(String id) {
            return List.of();
        }
    };

    private final Path folder;
    private final Hosts hosts;
    private final JsonArray peers = new JsonArray();
    private final Map<String, URI> endpoints = new LinkedHashMap<>();
    private final Map<String, ServerProcess> nodes = new LinkedHashMap<>();

    /** Where nodes run. */
    interface Hosts {
        /** The address of a node. */
        String address(String id);

        /** The command that runs another one there in its own place. */
        List<String> wrapper(String id);
    }

    private Cluster(Path folder, Hosts hosts) {
        this.folder = folder;
        this.hosts = hosts;
    }

    /** Starts nodes n1, n2 and so on, and waits until one of them leads. */
    static Cluster start(Path folder, int size) throws Exception {
        return start(folder, size, LOOPBACK);
    }

    /** The same on other hosts. */
    static Cluster start(Path folder, int size, Hosts hosts) throws Exception {
        Cluster cluster = new Cluster(folder, hosts);
        for (int i = 1; i <= size; i++) {
            cluster.introduce("n" + i, cluster.peers);
        }
        for (String id : cluster.endpoints.keySet()) {
            cluster.run(id);
        }
        cluster.awaitLeader();
        return cluster;
    }

    /** Gives a node its addresses, and tells them to those that are started with {@code known}. */
    void introduce(String id, JsonArray known) {
        String host = hosts.address(id);
        int httpPort = Machine.freePort(ThreadLocalRandom.current());
        known.add(new JsonObject()
                .put("id", id)
                .put("address", host + ":" + Machine.freePort(ThreadLocalRandom.current()))
                .put("httpAddress", host + ":" + httpPort));
        endpoints.put(id, URI.create("http://" + host + ":" + httpPort));
    }

    /** Starts a node on its own directory, which may be there already. */
    ServerProcess run(String id) throws Exception {
        return run(id, peers);
    }

    /** The same with other peers than the first nodes have. */
    ServerProcess run(String id, JsonArray known) throws Exception {
        Path own = Files.createDirectories(folder.resolve(id));
        JsonObject conf = new JsonObject()
                .put("storage", "replicated")
                .put("nodeId", id)
                .put("host", hosts.address(id))
                .put("dataDir", own.resolve("data").toString())
                .put("snapshotAfter", SNAPSHOT_AFTER)
                .put("peers", known);
        Path file = own.resolve("conf.json");
        Files.writeString(file, conf.encode());
        ServerProcess node = ServerProcess.startUnder(hosts.wrapper(id), own, "--conf", file.toString());
        nodes.put(id, node);
        return node;
    }

    Path dataDir(String id) {
        return folder.resolve(id).resolve("data");
    }

    JsonArray peers() {
        return peers;
    }

    List<String> ids() {
        return List.copyOf(nodes.keySet());
    }

    List<String> others(String id) {
        List<String> others = new ArrayList<>(ids());
        others.remove(id);
        return others;
    }

    ServerProcess node(String id) {
        return nodes.get(id);
    }

    List<URI> endpoints() {
        return List.copyOf(endpoints.values());
    }

    /** What a node says of the cluster. */
    JsonObject view(String id) throws IOException, InterruptedException {
        return new JsonObject(nodes.get(id).get("/api/cluster").body());
    }

    /** Waits until a node says that it leads. */
    String awaitLeader() throws Exception {
        return await("a leader", () -> {
            for (String id : ids()) {
                try {
                    if ("leader".equals(view(id).getString("role"))) {
                        return id;
                    }
                } catch (IOException e) {
                    // not this one
                }
            }
            return null;
        });
    }

    /** Waits until a node can do something for clients. */
    void awaitReady(String id) throws Exception {
        String unused = await(id + " to be ready", () -> {
            try {
                HttpResponse<String> answer = nodes.get(id).get("/readyz");
                return answer.statusCode() == 200 ? id : null;
            } catch (IOException e) {
                return null;
            }
        });
    }

    /** Waits until {@code found} is not null. */
    static <T> T await(String what, Callable<T> found) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline) {
            T result = found.call();
            if (result != null) {
                return result;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new AssertionError("waited in vain for " + what);
    }

    @Override
    public void close() throws Exception {
        for (ServerProcess node : nodes.values()) {
            node.close();
        }
        for (ServerProcess node : nodes.values()) {
            node.kill(); // and wait for it: its directory is to be deleted
        }
    }
}
