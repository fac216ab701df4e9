package io.holdfast.verification;

import org.junit.jupiter.api.Assumptions;

/** Says aloud which test the machine was not fit for, because a skipped test is easily taken for a passed one. */
final class NotRun {
    private NotRun() {}

    /** Skips the test that calls it, and prints so, unless the machine has what it needs. */
    static void unless(boolean fit, String what, String why) {
        if (!fit) {
            System.out.println("NOT RUN: " + what + " (" + why + ")");
            Assumptions.abort("not run: " + what + " (" + why + ")");
        }
    }
}
