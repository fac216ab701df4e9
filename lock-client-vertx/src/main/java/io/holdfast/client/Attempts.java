package io.holdfast.client;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Attempts at one lock that may still bring a grant, late ones included. To be used on the client's context only. */
final class Attempts {
    private final Set<AcquireAttempt> underWay = new LinkedHashSet<>();

    void add(AcquireAttempt attempt) {
        underWay.add(attempt);
    }

    void remove(AcquireAttempt attempt) {
        underWay.remove(attempt);
    }

    /** None of the answers is worth a long wait any more. */
    void hurry() {
        List.copyOf(underWay).forEach(AcquireAttempt::hurry);
    }

    /** None of the answers matters any more. */
    void forget() {
        List<AcquireAttempt> attempts = List.copyOf(underWay);
        underWay.clear();
        attempts.forEach(AcquireAttempt::forget);
    }
}
