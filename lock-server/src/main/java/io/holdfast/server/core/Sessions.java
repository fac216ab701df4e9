package io.holdfast.server.core;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The sessions that live, by id. Confined to the event loop. */
final class Sessions {
    private final Map<Token, Session> live = new HashMap<>();

    void add(Session session) {
        live.put(session.id(), session);
    }

    void remove(Session session) {
        live.remove(session.id());
    }

    @Nullable
    Session find(@Nullable Token id) {
        return id == null ? null : live.get(id);
    }

    void forEach(Consumer<Session> action) {
        live.values().forEach(action);
    }

    int size() {
        return live.size();
    }
}
