package io.holdfast.server;

/** What a granted lock survives. */
public enum StorageKind {
    /** Nothing: when the server ends, so do its locks. */
    MEMORY("memory"),
    /** The server: its locks are on the disk. */
    DURABLE("durable"),
    /** The loss of less than half of the servers. */
    REPLICATED("replicated");

    private final String configName;

    StorageKind(String configName) {
        this.configName = configName;
    }

    /** The name in the configuration. */
    public String configName() {
        return configName;
    }
}
