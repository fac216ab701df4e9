package io.holdfast.server.service;

import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Place;
import io.holdfast.server.core.Resource;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Timers;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes over a table that an earlier run left. Leases, sessions, lock-delays and graces begin anew in full, because when
 * they were renewed is nobody's knowledge any more; whoever waited under a request id may come back for the place.
 */
final class Resumption {
    private final LockTable table;
    private final Timers timers;
    private final TimeSource time;
    private final Grants grants;
    private final Sessions sessions;
    private final WaitingRoom waitingRoom;
    private final List<Place> withoutRequest = new ArrayList<>();

    Resumption(
            LockTable table,
            Timers timers,
            TimeSource time,
            Grants grants,
            Sessions sessions,
            WaitingRoom waitingRoom) {
        this.table = table;
        this.timers = timers;
        this.time = time;
        this.grants = grants;
        this.sessions = sessions;
        this.waitingRoom = waitingRoom;
    }

    void run() {
        table.forEachSession(sessions::resume);
        for (int shard = 0; shard < table.shards(); shard++) {
            table.shard(shard).forEach(this::resume);
        }
        // Nobody can come back for these: their callers' connections broke with the earlier run.
        withoutRequest.forEach(place -> waitingRoom.drop(place, EndReason.ABANDONED));
    }

    private void resume(Resource resource) {
        for (Hold hold : resource.holds()) {
            Session session = hold.session();
            if (session != null && session.isOver()) {
                sessions.resumeEnd(session);
            } else if (hold.resourceName().equals(resource.name())) {
                grants.resume(hold);
            }
        }
        for (Place place : WaitingRoom.allPlaces(resource)) {
            if (place.parts().get(0).resourceName().equals(resource.name())) {
                resume(place);
            }
        }
        resource.delays()
                .forEach((epoch, delay) ->
                        timers.arm(new DelayTimer(resource.name(), epoch), time.nowMillis(), delay.millis()));
    }

    private void resume(Place place) {
        Session session = place.session();
        waitingRoom.resume(place);
        if (session != null && session.isOver()) {
            sessions.resumeEnd(session);
        } else if (place.request() == null) {
            withoutRequest.add(place);
        }
    }
}
