package io.holdfast.verification.checker;

import java.util.ArrayList;
import java.util.List;

/** Counts what happened, to tell whether it was enough. */
final class Tally {
    long operations;
    long grants;
    long contended;
    long unknown;
    long beliefs;
    long writes;

    void answered(Exchange exchange) {
        operations++;
        if (exchange.isUnknown()) {
            unknown++;
        }
        if (exchange.call.verb() == Verb.WRITE) {
            writes++;
        }
        if (exchange.call.verb() == Verb.ACQUIRE && exchange.answer != null) {
            if (exchange.isOk()) {
                grants++;
            }
            boolean refused =
                    exchange.hasStatus("Busy") || exchange.hasStatus("Timeout") || exchange.hasStatus("Queued");
            if (refused || exchange.answer.waitedMicros() > 0) {
                contended++;
            }
        }
    }

    List<String> voidReasons(CheckerOptions options) {
        List<String> reasons = new ArrayList<>();
        require(reasons, operations, options.operationsMin(), "operations");
        require(reasons, grants, options.grantsMin(), "grants");
        require(reasons, contended, options.contendedMin(), "contended acquires");
        return reasons;
    }

    private static void require(List<String> reasons, long seen, long wanted, String what) {
        if (seen < wanted) {
            reasons.add(seen + " " + what + ", fewer than " + wanted);
        }
    }
}
