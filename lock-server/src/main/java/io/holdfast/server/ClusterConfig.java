package io.holdfast.server;

import io.holdfast.protocol.NodeRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which node this is, and which others there are. Immutable.
 *
 * @param nodeId this node's name
 * @param peers the nodes to begin with, this one included, in the order of their names' appearance
 */
public record ClusterConfig(String nodeId, List<Peer> peers) {
    /**
     * A node that is to be there.
     *
     * @param id its name
     * @param address {@code host:port} where the nodes talk to each other
     * @param httpAddress {@code host:port} where it serves clients
     */
    public record Peer(String id, String address, String httpAddress) {}

    /**
     * Reads the keys {@code nodeId} and {@code peers}.
     *
     * @throws StartupException if they make no sense; the message names the key and the rule
     */
    static ClusterConfig read(ConfigSources in) {
        String nodeId = in.text("nodeId", "");
        if (!NodeRequest.isId(nodeId)) {
            throw new StartupException("nodeId must be 1 to 32 letters, digits, - or _ when storage is \"replicated\"");
        }
        List<Peer> peers = peers(in.array("peers"));
        if (peers.stream().noneMatch(peer -> peer.id().equals(nodeId))) {
            throw new StartupException("peers must have an entry of id \"" + nodeId + "\", which is this node");
        }
        return new ClusterConfig(nodeId, peers);
    }

    private static List<Peer> peers(@Nullable JsonArray array) {
        if (array == null || array.isEmpty()) {
            throw new StartupException(
                    "peers must list the nodes as {\"id\", \"address\", \"httpAddress\"} when storage is \"replicated\"");
        }
        List<Peer> peers = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (Object entry : array) {
            Peer peer = peer(entry);
            for (String unique : List.of(peer.id, "a " + peer.address, "h " + peer.httpAddress)) {
                if (!taken.add(unique)) {
                    throw new StartupException("peers names " + unique.substring(unique.indexOf(' ') + 1) + " twice");
                }
            }
            peers.add(peer);
        }
        return List.copyOf(peers);
    }

    private static Peer peer(Object entry) {
        try {
            JsonObject object = (JsonObject) entry;
            Set<String> unknown = new HashSet<>(object.fieldNames());
            unknown.removeAll(Set.of("id", "address", "httpAddress"));
            if (!unknown.isEmpty()) {
                throw new StartupException(
                        "peers has an unknown key " + unknown.iterator().next());
            }
            String id = object.getString("id", "");
            if (!NodeRequest.isId(id)) {
                throw new StartupException("peers: an id must be 1 to 32 letters, digits, - or _");
            }
            return new Peer(id, address(object, "address"), address(object, "httpAddress"));
        } catch (ClassCastException e) {
            throw new StartupException("peers must be objects of texts");
        }
    }

    private static String address(JsonObject object, String key) {
        String text = object.getString(key, "");
        if (!NodeRequest.isAddress(text)) {
            throw new StartupException("peers: " + key + " must be host:port, not \"" + text + "\"");
        }
        return text;
    }

    /** This node, as it is to be there. */
    Peer self() {
        return peers.stream()
                .filter(peer -> peer.id().equals(nodeId))
                .findFirst()
                .orElseThrow();
    }

    /** The port where the others look for this node's clients' side. */
    int httpPort() {
        return socketAddress(self().httpAddress()).port();
    }

    /** The socket address that {@code host:port} names. */
    static SocketAddress socketAddress(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return SocketAddress.inetSocketAddress(
                Integer.parseInt(hostAndPort.substring(colon + 1)), hostAndPort.substring(0, colon));
    }
}
