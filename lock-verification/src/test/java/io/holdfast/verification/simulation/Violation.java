package io.holdfast.verification.simulation;

/** A rule was broken. */
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Rule rule;
    private final String resourceName;

    /** What is checked. */
    enum Rule {
        /** Two clients' isHeld() are not true at once for what cannot be shared. */
        EXCLUSION,
        /** What a client believes in is there, as long as the run of the server that granted it lasts. */
        BACKED_BELIEF,
        /** No lease ends before its length has passed on the server's clock, nor much later. */
        LEASE_LENGTH,
        /** Fencing tokens rise in grant order, over restarts too. */
        TOKEN_ORDER,
        /** Of places that are attached the one with the lowest ticket is granted, and nobody overtakes it. */
        TICKET_ORDER,
        /** One request id yields one grant, or none once it was cancelled, as long as the run of the server lasts. */
        ONE_GRANT_PER_REQUEST,
        /** Whoever is known to be gone is not granted. */
        NO_GRANT_TO_THE_DEAD,
        /** What is free is not kept from a waiter who is there. */
        NO_LOST_WAKE_UP,
        /** When the faults are over, everybody who asks gets it, and nothing stays behind. */
        LIVENESS,
        /** A lock in a session lives as long as the session, or until it is given back or broken, no longer and no shorter. */
        SESSION_LIFE,
        /** A loss is told until it was acknowledged, and who was told does not believe any more. */
        LOSS_TOLD,
        /** A session hears what it holds and others wait for, and nothing else. */
        WANTED_TOLD,
        /** An answer is given once and can be read. */
        PROTOCOL
    }

    Violation(Rule rule, String resourceName, String what) {
        super(rule + " of '" + resourceName + "': " + what);
        this.rule = rule;
        this.resourceName = resourceName;
    }

    Rule rule() {
        return rule;
    }

    String resourceName() {
        return resourceName;
    }
}
