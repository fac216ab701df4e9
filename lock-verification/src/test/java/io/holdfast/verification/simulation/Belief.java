package io.holdfast.verification.simulation;

import io.holdfast.protocol.ResourceClaim;
import java.util.List;

/** A handle in a client's hands. */
interface Belief {
    List<ResourceClaim> claims();

    long fencingToken();

    /** What the handle says now. */
    boolean isHeld();

    /** Real time at which the last heartbeat was sent that the lease is known to have been renewed by; negative for none. */
    long confirmedAtRealMillis();
}
