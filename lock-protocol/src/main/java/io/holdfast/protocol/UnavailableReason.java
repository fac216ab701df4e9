package io.holdfast.protocol;

/** Why a server answers {@link Status#UNAVAILABLE}, as it stands in the answer's {@code reason}. */
public enum UnavailableReason {
    STARTING("Starting"),
    /** Locks granted before a restart may still be held by somebody, so nothing is granted yet. */
    RECOVERING("Recovering"),
    DRAINING("Draining"),
    OVERLOADED("Overloaded");

    private final String wireName;

    UnavailableReason(String wireName) {
        this.wireName = wireName;
    }

    /** The name in JSON. */
    public String wireName() {
        return wireName;
    }
}
