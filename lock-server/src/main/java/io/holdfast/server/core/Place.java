package io.holdfast.server.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An acquire that waits. Its ticket is its order; a place for one resource stands in that resource's queue, a place for
 * a set beside the queues, reserving nothing. Who waits at it is the serving node's knowledge, kept in the attachment,
 * which no rule of the table reads. Confined to the event loop.
 */
public final class Place {
    private final AcquireCommand command;
    private final long ticket;
    private final long ahead;
    private @Nullable Timer attachment;

    Place(AcquireCommand command, long ticket, long ahead) {
        this.command = command;
        this.ticket = ticket;
        this.ahead = ahead;
    }

    /** Rises with every place of the service. */
    public long ticket() {
        return ticket;
    }

    /** How many were in line before it when it came. */
    public long placesAheadAtFirst() {
        return ahead;
    }

    public List<Part> parts() {
        return command.parts();
    }

    public boolean isSet() {
        return command.parts().size() > 1;
    }

    public @Nullable String clientId() {
        return command.clientId();
    }

    /** What it lives as long as, or null. */
    public @Nullable Session session() {
        return command.session();
    }

    /** Whether it counts for nothing any more, because its session is over. */
    public boolean isOver() {
        Session session = command.session();
        return session != null && session.isOver();
    }

    public @Nullable RequestKey request() {
        return command.request();
    }

    public Terms terms() {
        return command.terms();
    }

    AcquireCommand command() {
        return command;
    }

    /** What the serving node keeps with this place. */
    public @Nullable Timer attachment() {
        return attachment;
    }

    /** Called by the serving node once, when it seats the place. */
    public void attach(Timer newAttachment) {
        attachment = newAttachment;
    }
}
