package io.holdfast.verification.campaign;

/** How the service under test keeps what it granted. */
enum Mode {
    MEMORY("memory", 1),
    DURABLE("durable", 1),
    REPLICATED("replicated", 3);

    private final String word;
    private final int nodes;

    Mode(String word, int nodes) {
        this.word = word;
        this.nodes = nodes;
    }

    /** As the server's configuration calls it. */
    String word() {
        return word;
    }

    int nodes() {
        return nodes;
    }

    /** Whether a restart forgets all holds. */
    boolean forgets() {
        return this == MEMORY;
    }
}
