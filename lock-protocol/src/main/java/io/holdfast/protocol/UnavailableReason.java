package io.holdfast.protocol;

/** Why a server answers {@link Status#UNAVAILABLE}, as it stands in the answer's {@code reason}. */
public enum UnavailableReason {
    STARTING("Starting", "The server is starting"),
    RECOVERING("Recovering", "Locks granted before a restart may still be held; nothing is granted yet"),
    DRAINING("Draining", "The server is stopping and grants nothing any more"),
    NO_QUORUM("NoQuorum", "No node leads now, so nothing was done"),
    OVERLOADED("Overloaded", "The server cannot take this request now");

    private final String wireName;
    private final String message;

    UnavailableReason(String wireName, String message) {
        this.wireName = wireName;
        this.message = message;
    }

    /** The name in JSON. */
    public String wireName() {
        return wireName;
    }

    /** One sentence for people. */
    public String message() {
        return message;
    }
}
