package io.holdfast.server.log;

/**
 * One node of a group that replicates the log. Immutable.
 *
 * @param id the node's name, as the operator knows it
 * @param storageId drawn when the node's directory was empty: a node that lost what it had written is another one
 * @param address {@code host:port} where the nodes talk to each other
 * @param httpAddress {@code host:port} where it serves clients
 */
public record Member(String id, String storageId, String address, String httpAddress) {
    private static final String SEPARATOR = "~";

    /** The name by which nodes vote for it. */
    public String raftId() {
        return id + SEPARATOR + storageId;
    }

    /** The member of that name. */
    public static Member of(String raftId, String address, String httpAddress) {
        int separator = raftId.lastIndexOf(SEPARATOR);
        return separator < 0
                ? new Member(raftId, "", address, httpAddress)
                : new Member(raftId.substring(0, separator), raftId.substring(separator + 1), address, httpAddress);
    }
}
