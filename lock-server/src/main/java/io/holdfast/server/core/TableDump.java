package io.holdfast.server.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what a table consists of and hands it over in an order that depends on nothing else. */
final class TableDump {
    private final Set<Session> sessions = new HashSet<>();
    private final List<Hold> holds = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();
    private final List<Resource> delayed = new ArrayList<>();

    void add(Session session) {
        sessions.add(session);
    }

    void add(Resource resource) {
        for (Hold hold : resource.holds()) {
            if (hold.resourceName().equals(resource.name())) {
                holds.add(hold);
                addOwner(hold.session());
            }
        }
        for (Place place : resource.queue()) {
            places.add(place);
            addOwner(place.session());
        }
        for (Place place : resource.sets()) {
            if (place.command().first().resourceName().equals(resource.name())) {
                places.add(place);
                addOwner(place.session());
            }
        }
        if (resource.isDelayed()) {
            delayed.add(resource);
        }
    }

    private void addOwner(@Nullable Session session) {
        if (session != null) {
            sessions.add(session);
        }
    }

    void handOver(TableState state) {
        List<Session> sorted = new ArrayList<>(sessions);
        sorted.sort(Comparator.comparingLong((Session session) -> session.id().high())
                .thenComparingLong(session -> session.id().low()));
        sorted.forEach(state::session);
        holds.sort(Comparator.comparingLong(Hold::fencingToken));
        holds.forEach(hold -> state.hold(hold.command(), hold.fencingToken()));
        state.holdsEnd();
        places.sort(Comparator.comparingLong(Place::ticket));
        places.forEach(place -> state.place(place.command(), place.ticket(), place.placesAheadAtFirst()));
        delayed.sort(Comparator.comparing(Resource::name));
        for (Resource resource : delayed) {
            for (Map.Entry<Long, Delay> delay : resource.delays().entrySet()) {
                state.delay(resource.name(), delay.getKey(), delay.getValue());
            }
        }
    }
}
