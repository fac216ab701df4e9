package io.holdfast.verification.checker;

import io.holdfast.verification.checker.HistoryEvent.Stored;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Check 6: the protected resource never takes a write with an older fence, and has every write it acknowledged. */
final class FencedWrites {
    private final Map<String, Stored> newest = new HashMap<>();
    private final LongMap<Stored> notAcknowledged = new LongMap<>();
    private final Consumer<Violation> found;

    FencedWrites(Consumer<Violation> found) {
        this.found = found;
    }

    void stored(Stored stored) {
        Stored before = newest.get(stored.resource());
        if (before != null && stored.fence() < before.fence()) {
            found.accept(new Violation(
                    Rule.FENCED_WRITES,
                    stored.resource(),
                    "a write with fence " + stored.fence() + " was taken after one with fence " + before.fence(),
                    List.of(told(before), told(stored))));
        } else {
            newest.put(stored.resource(), stored);
        }
        notAcknowledged.put(key(stored.resource(), stored.value()), stored);
    }

    void answered(Exchange write) {
        for (Claim claim : write.call.claims()) {
            @Nullable Stored stored = notAcknowledged.remove(key(claim.resource(), write.call.value()));
            if (write.isOk() && stored == null) {
                found.accept(new Violation(
                        Rule.FENCED_WRITES,
                        claim.resource(),
                        "an acknowledged write is not in the resource's books",
                        List.of(write.told())));
            }
        }
    }

    private static long key(String resource, long value) {
        return value * 0xd6e8feb86659fd93L ^ resource.hashCode();
    }

    private static String told(Stored stored) {
        return "[" + Words.time(stored.atMicros()) + "] " + stored.resource() + " took value " + stored.value()
                + " with fence " + stored.fence();
    }
}
