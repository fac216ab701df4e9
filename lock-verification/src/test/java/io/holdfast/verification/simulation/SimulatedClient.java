package io.holdfast.verification.simulation;

import java.util.List;

/** A client that wants something, holds it for a while, gives it back and wants something else, until all is well. */
interface SimulatedClient {
    void start();

    SimulatedNode node();

    /** What it has handles of; some of them may say that they are not held. */
    List<Belief> handles();

    /** Whether nothing is going on here. */
    boolean isIdle();

    /** Dies with whatever it holds, and comes back as somebody else. */
    void crash();
}
