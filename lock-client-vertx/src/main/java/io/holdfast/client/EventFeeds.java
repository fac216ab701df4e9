package io.holdfast.client;

import io.holdfast.protocol.ApiPaths;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The client's streams of events. To be used on the client's context only. */
final class EventFeeds {
    private final Vertx vertx;
    private final LockClientOptions options;
    private final Means means;
    private final Context owner;
    private final Set<EventFeed> feeds = new LinkedHashSet<>();
    private @Nullable EventSource source;
    private boolean closed;

    EventFeeds(Vertx vertx, LockClientOptions options, Means means, Context owner) {
        this.vertx = vertx;
        this.options = options;
        this.means = means;
        this.owner = owner;
    }

    /** A stream that will tell its listener on {@code caller}. May be called anywhere. */
    EventFeed prepare(String prefix, OptionalLong lastId, Context caller, LockEventListener listener) {
        String query = URLEncoder.encode(prefix, StandardCharsets.UTF_8).replace("+", "%20");
        String path = ApiPaths.EVENTS + "?prefix=" + query;
        return new EventFeed(means, this::source, owner, caller, path, lastId, listener);
    }

    /**
     * Starts it.
     *
     * @throws IllegalStateException after close
     */
    void start(EventFeed feed) {
        if (closed) {
            throw new IllegalStateException("the lock client is closed");
        }
        feeds.add(feed);
        feed.ended().onComplete(ended -> feeds.remove(feed));
        feed.start();
    }

    void close() {
        closed = true;
        List.copyOf(feeds).forEach(EventFeed::close);
        if (source != null) {
            source.close();
        }
    }

    private EventSource source() {
        EventSource known = source;
        if (known == null) {
            known = new EventSource(vertx, options.endpoints(), options.requestTimeout());
            source = known;
        }
        return known;
    }
}
