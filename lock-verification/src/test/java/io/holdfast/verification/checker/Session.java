package io.holdfast.verification.checker;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A lease that several holds have in common. */
final class Session {
    /** Until when it certainly lives if nobody closes it, and from what that follows. */
    long leaseMicros;

    @Nullable
    Witness leaseWitness;

    final List<Exchange> closes = new ArrayList<>(1);
    final List<Hold> holds = new ArrayList<>();
}
