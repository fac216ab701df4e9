package io.holdfast.verification.simulation;

import io.holdfast.protocol.LockMode;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Resource;
import io.holdfast.verification.simulation.SessionCheck.Broken;
import io.holdfast.verification.simulation.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What clients believe at one moment of real time: never two what cannot be shared, and nothing the server gave away. */
final class BeliefCheck {
    private final List<SimulatedClient> clients;
    private final SimulatedServer server;
    /** Emptied and filled again at every look, of which there are many. */
    private final List<Belief> believed = new ArrayList<>();

    BeliefCheck(List<SimulatedClient> clients, SimulatedServer server) {
        this.clients = clients;
        this.server = server;
    }

    /** To be called after every event. */
    void look() {
        believed.clear();
        for (SimulatedClient client : clients) {
            // A machine that sleeps says nothing; what it says first when it wakes up is looked at then.
            for (Belief handle : client.node().isAsleep() ? List.<Belief>of() : client.handles()) {
                if (handle.isHeld()) {
                    believed.add(handle);
                }
            }
        }
        for (Belief hold : believed) {
            requireHeard(hold);
            for (ResourceClaim claim : hold.claims()) {
                requireRoom(hold, claim);
                requireBacked(hold, claim.resourceName());
            }
        }
    }

    /** A heartbeat that was sent after the break and confirmed has told of it. */
    private void requireHeard(Belief hold) {
        Broken broken = server.sessionCheck().broken(hold.fencingToken());
        if (broken != null && hold.confirmedAtRealMillis() > broken.atMillis()) {
            throw new Violation(
                    Rule.LOSS_TOLD,
                    hold.claims().get(0).resourceName(),
                    hold.fencingToken() + " is believed in, though its holder was heard after it was broken");
        }
    }

    /** Whether an operator gave exclusion up for this hold: only its fence protects. */
    private boolean isUnprotected(Belief hold) {
        Broken broken = server.sessionCheck().broken(hold.fencingToken());
        return broken != null && broken.exclusionGivenUp();
    }

    private void requireRoom(Belief hold, ResourceClaim claim) {
        if (isUnprotected(hold)) {
            return;
        }
        int permits = 0;
        for (Belief other : believed) {
            if (isUnprotected(other)) {
                continue;
            }
            for (ResourceClaim theirs : other.claims()) {
                if (theirs.resourceName().equals(claim.resourceName())) {
                    permits += theirs.permits();
                    if (other != hold && !goTogether(claim, theirs)) {
                        throw new Violation(
                                Rule.EXCLUSION,
                                claim.resourceName(),
                                hold.fencingToken() + " and " + other.fencingToken() + " are believed in at once: "
                                        + claim + ", " + theirs);
                    }
                }
            }
        }
        Integer limit = claim.limit();
        if (limit != null && permits > limit) {
            throw new Violation(
                    Rule.EXCLUSION, claim.resourceName(), permits + " of " + limit + " permits are believed in");
        }
    }

    private static boolean goTogether(ResourceClaim one, ResourceClaim other) {
        return one.limit() != null
                ? Objects.equals(one.limit(), other.limit())
                : other.limit() == null && one.mode() == LockMode.SHARED && other.mode() == LockMode.SHARED;
    }

    private void requireBacked(Belief hold, String name) {
        LockTable table = server.table();
        GrantCheck.Grant grant = Objects.requireNonNull(server.grantCheck().grant(hold.fencingToken()));
        if (table == null || grant.run() != server.run()) {
            return; // forgotten, and not to be granted until nobody believes in it
        }
        Resource resource = table.find(name);
        if (resource != null) {
            for (Hold held : resource.holds()) {
                if (held.fencingToken() == hold.fencingToken()) {
                    return;
                }
            }
        }
        boolean kept =
                server.sessionCheck().broken(hold.fencingToken()) != null && resource != null && resource.isBroken();
        if (kept || isUnprotected(hold)) {
            return; // broken, and not to be granted until nobody believes in it, or the operator's own doing
        }
        throw new Violation(
                Rule.BACKED_BELIEF, name, hold.fencingToken() + " is believed in, but the server has ended it");
    }
}
