package io.holdfast.verification.simulation;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Place;
import io.holdfast.server.core.Resource;
import io.holdfast.verification.simulation.Violation.Rule;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Nobody who is there waits for what is free. The server hands over in the turn in which something becomes free; so what
 * is found kept from a waiter at several ticks in a row was forgotten.
 */
final class WakeUpCheck {
    private static final int TICKS_TO_BE_SURE = 3;

    private final GrantCheck grantCheck;
    private final Map<Long, Integer> keptWaiting = new HashMap<>();
    private LockTable table = new LockTable(0, 0);

    WakeUpCheck(GrantCheck grantCheck) {
        this.grantCheck = grantCheck;
    }

    void started(LockTable newTable) {
        table = newTable;
        keptWaiting.clear();
    }

    void ticked() {
        Map<Long, Integer> stillWaiting = new HashMap<>();
        for (String name : Wish.RESOURCES) {
            Resource resource = table.find(name);
            if (resource != null) {
                Place next = firstAttached(resource);
                note(name, next, stillWaiting);
                for (Place set : resource.sets()) {
                    note(name, grantCheck.isAttached(set) && isUnqueued(set) ? set : null, stillWaiting);
                }
            }
        }
        keptWaiting.clear();
        keptWaiting.putAll(stillWaiting);
    }

    private void note(String name, @Nullable Place place, Map<Long, Integer> stillWaiting) {
        if (place == null || stillWaiting.containsKey(place.ticket()) || !isFree(place)) {
            return;
        }
        int ticks = keptWaiting.getOrDefault(place.ticket(), 0) + 1;
        stillWaiting.put(place.ticket(), ticks);
        if (ticks >= TICKS_TO_BE_SURE) {
            throw new Violation(Rule.NO_LOST_WAKE_UP, name, "ticket " + place.ticket() + " waits for what is free");
        }
    }

    /** Nobody holds any of it, or the table itself says that the holders leave room. */
    private boolean isFree(Place place) {
        return table.isGrantable(place)
                || place.parts().stream().map(Part::resourceName).allMatch(this::isUnused);
    }

    private boolean isUnused(String name) {
        Resource resource = table.find(name);
        return resource == null || (resource.holds().isEmpty() && !resource.isDelayed());
    }

    private boolean isUnqueued(Place set) {
        for (Part part : set.parts()) {
            Resource resource = table.find(part.resourceName());
            if (resource != null && firstAttached(resource) != null) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Place firstAttached(Resource resource) {
        for (Place place : resource.queue()) {
            if (grantCheck.isAttached(place)) {
                return place;
            }
        }
        return null;
    }
}
