package io.holdfast.server.service;

/** Somebody who listens to events, how far it has been told, and when it last heard from us. Confined to the event loop. */
public final class Listener {
    private final Events events;
    private final EventSink sink;
    private final String prefix;
    private long nextId;
    private long lastWordMillis;
    private boolean stuck;

    Listener(Events events, EventSink sink, String prefix, long nextId, long nowMillis) {
        this.events = events;
        this.sink = sink;
        this.prefix = prefix;
        this.nextId = nextId;
        this.lastWordMillis = nowMillis;
    }

    /** To be called when the sink, having been full, takes events again. */
    public void ready() {
        events.wake();
    }

    /** To be called when the connection is gone. */
    public void leave() {
        events.remove(this);
    }

    EventSink sink() {
        return sink;
    }

    boolean hasMissed(EventBuffer buffer) {
        return nextId < buffer.oldestId();
    }

    boolean wantsMore(EventBuffer buffer) {
        return nextId < buffer.nextId() && !sink.isFull();
    }

    /** Tells what there is to tell, looking at no more than {@code budget} events. */
    void tell(EventBuffer buffer, int budget, long nowMillis) {
        boolean told = false;
        for (int left = budget; left > 0 && wantsMore(buffer); left--) {
            if (buffer.resourceName(nextId).startsWith(prefix)) {
                sink.event(nextId, buffer.read(nextId));
                told = true;
            }
            nextId++;
        }
        if (told) {
            sink.flush();
            lastWordMillis = nowMillis;
            stuck = false;
        }
    }

    /** Breaks a silence of that length; false when the last word has not gone out yet either. */
    boolean keepAlive(long silenceMillis, long nowMillis) {
        if (nowMillis - lastWordMillis < silenceMillis) {
            return true;
        }
        if (stuck && sink.isFull()) {
            return false;
        }
        stuck = sink.isFull();
        if (!stuck) {
            sink.comment(nextId - 1);
            sink.flush();
        }
        lastWordMillis = nowMillis;
        return true;
    }
}
