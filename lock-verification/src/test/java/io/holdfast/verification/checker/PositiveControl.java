package io.holdfast.verification.checker;

/**
 * Whether a run was rough enough for the fence to matter. The same run is made twice, with the fence and without; if
 * nothing goes wrong without it, then no holder was ever late, and the fenced run has proved nothing.
 */
public final class PositiveControl {
    private PositiveControl() {}

    /** What the two runs come to together. */
    public enum Outcome {
        /** Without the fence writes went back in order, with it they did not. */
        PROVED,
        /** Nothing went wrong even without the fence. Counts as a void run. */
        TOO_TAME,
        /** The fenced run did not pass by itself. */
        FENCED_RUN_FAILED
    }

    public static Outcome judge(Report fenced, Report unfenced) {
        if (fenced.verdict() != Report.Verdict.PASSED) {
            return Outcome.FENCED_RUN_FAILED;
        }
        return unfenced.violates(Rule.FENCED_WRITES) ? Outcome.PROVED : Outcome.TOO_TAME;
    }
}
