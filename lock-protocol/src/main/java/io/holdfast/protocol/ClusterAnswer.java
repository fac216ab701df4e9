package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET /api/cluster}: the nodes that serve as one, as the node that is asked knows them. Immutable.
 *
 * @param nodeId who answers
 * @param role what part it plays; null if that is none this reader knows
 * @param term the newest term it knows of
 * @param leaderId who leads, null if it knows of nobody
 * @param nodes all nodes, itself included
 */
public record ClusterAnswer(
        String nodeId,
        @Nullable Role role,
        long term,
        @Nullable String leaderId,
        List<Node> nodes) {

    /** What part a node plays. */
    public enum Role {
        /** It has never had a log, and looks for the others. */
        FORMING("forming"),
        /** It has never had a log, and waits to be added to the others. */
        JOINING("joining"),
        /** It reads its log. */
        STARTING("starting"),
        /** It follows the leader, or waits for one. */
        FOLLOWER("follower"),
        /** It asks the others for their votes. */
        CANDIDATE("candidate"),
        /** It serves. */
        LEADER("leader");

        private final String wireName;

        Role(String wireName) {
            this.wireName = wireName;
        }

        /** The name in JSON. */
        public String wireName() {
            return wireName;
        }

        static @Nullable Role of(String wireName) {
            for (Role role : values()) {
                if (role.wireName.equals(wireName)) {
                    return role;
                }
            }
            return null;
        }
    }

    /**
     * One node.
     *
     * @param id its name
     * @param storageId drawn when its data directory was empty; null while that is not known
     * @param address {@code host:port} where the nodes talk to each other
     * @param httpAddress {@code host:port} where it serves clients
     * @param appliedIndex up to which entry it is known to have the log; -1 if that is not known
     * @param lag how many entries it is behind the node that answers; -1 if that is not known
     */
    public record Node(
            String id, @Nullable String storageId, String address, String httpAddress, long appliedIndex, long lag) {
        private void writeTo(JsonGenerator json) throws IOException {
            json.writeStartObject();
            json.writeStringField("id", id);
            if (storageId != null) {
                json.writeStringField("storageId", storageId);
            }
            json.writeStringField("address", address);
            json.writeStringField("httpAddress", httpAddress);
            if (appliedIndex >= 0) {
                json.writeNumberField("appliedIndex", appliedIndex);
            }
            if (lag >= 0) {
                json.writeNumberField("lag", lag);
            }
            json.writeEndObject();
        }
    }

    /** Whether the node that answers belongs to a cluster, rather than looking for one. */
    public boolean isFormed() {
        return role != Role.FORMING && role != Role.JOINING;
    }

    /** The node of that name, or null. */
    public @Nullable Node node(String id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElse(null);
    }

    /** The answer as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringField("nodeId", nodeId);
            json.writeStringField("role", role == null ? "unknown" : role.wireName());
            json.writeNumberField("term", term);
            if (leaderId != null) {
                json.writeStringField("leaderId", leaderId);
            }
            json.writeArrayFieldStart("nodes");
            for (Node node : nodes) {
                node.writeTo(json);
            }
            json.writeEndArray();
        });
    }

    /**
     * Reads an answer.
     *
     * @throws IOException if it is none of this protocol
     */
    public static ClusterAnswer read(byte[] body) throws IOException {
        String nodeId = null;
        String role = null;
        long term = 0;
        String leaderId = null;
        List<Node> nodes = new ArrayList<>();
        try (JsonParser parser = Json.FACTORY.createParser(body)) {
            require(parser.nextToken() == JsonToken.START_OBJECT);
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                switch (name) {
                    case "nodeId" -> nodeId = parser.getText();
                    case "role" -> role = parser.getText();
                    case "term" -> term = parser.getLongValue();
                    case "leaderId" -> leaderId = parser.getText();
                    case "nodes" -> readNodes(parser, nodes);
                    default -> parser.skipChildren();
                }
            }
        }
        if (nodeId == null || role == null) {
            throw new IOException("the answer does not say who answers");
        }
        return new ClusterAnswer(nodeId, Role.of(role), term, leaderId, List.copyOf(nodes));
    }

    private static void readNodes(JsonParser parser, List<Node> nodes) throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY);
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            nodes.add(readNode(parser));
        }
    }

    private static Node readNode(JsonParser parser) throws IOException {
        String id = null;
        String storageId = null;
        String address = "";
        String httpAddress = "";
        long appliedIndex = -1;
        long lag = -1;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            switch (name) {
                case "id" -> id = parser.getText();
                case "storageId" -> storageId = parser.getText();
                case "address" -> address = parser.getText();
                case "httpAddress" -> httpAddress = parser.getText();
                case "appliedIndex" -> appliedIndex = parser.getLongValue();
                case "lag" -> lag = parser.getLongValue();
                default -> parser.skipChildren();
            }
        }
        if (id == null) {
            throw new IOException("the answer has a node without a name");
        }
        return new Node(id, storageId, address, httpAddress, appliedIndex, lag);
    }

    private static void require(boolean met) throws IOException {
        if (!met) {
            throw new IOException("the answer is none about a cluster");
        }
    }
}
