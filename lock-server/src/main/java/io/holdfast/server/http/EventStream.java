package io.holdfast.server.http;

import io.holdfast.protocol.LockEvent;
import io.holdfast.server.service.EventSink;
import io.holdfast.server.service.Events;
import io.holdfast.server.service.Listener;
import io.netty.channel.ChannelFuture;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerConnection;
import java.nio.charset.StandardCharsets;

/**
 * A response that goes on: server-sent events to one listener. What the listener has not read yet is bounded by
 * {@value #MAX_UNSENT_BYTES} bytes here and the socket's buffers. Confined to the event loop.
 */
final class EventStream implements EventSink {
    static final CharSequence LAST_EVENT_ID = HttpHeaders.createOptimized("Last-Event-ID");
    private static final CharSequence EVENT_STREAM = HttpHeaders.createOptimized("text/event-stream");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    /** "The stream is no longer needed", RFC 9113, 7. */
    private static final long CANCEL = 8;

    private static final int MAX_UNSENT_BYTES = 65_536;
    private static final byte[] ID = ascii("id: ");
    private static final byte[] EVENT = ascii("\nevent: ");
    private static final byte[] DATA = ascii("\ndata: ");
    private static final byte[] END = ascii("\n\n");
    private static final byte[] RESET = ascii("\nevent: reset\ndata: {}\n\n");
    private static final byte[] COMMENT = ascii(":\n");

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private Buffer unsent = Buffer.buffer();
    private boolean over;

    private EventStream(HttpServerRequest request) {
        this.request = request;
        this.response = request.response();
    }

    /**
     * Answers the request with events until one of both sides ends it.
     *
     * @return false, with nothing answered, when as many listen as may
     */
    static boolean open(HttpServerRequest request, OpenConnection connection, Events events, String prefix) {
        EventStream stream = new EventStream(request);
        Listener listener = events.listen(stream, prefix, request.getHeader(LAST_EVENT_ID));
        if (listener == null) {
            return false;
        }
        connection.streamOpened();
        stream.response.drainHandler(drained -> listener.ready());
        // Ended by us, or by the listener or its network.
        stream.response.endHandler(ended -> stream.over(listener, connection));
        stream.response.closeHandler(closed -> stream.over(listener, connection));
        return true;
    }

    private void over(Listener listener, OpenConnection connection) {
        if (!over) {
            over = true;
            listener.leave();
            connection.streamEnded();
        }
    }

    @Override
    public boolean isFull() {
        return unsent.length() >= MAX_UNSENT_BYTES || response.writeQueueFull();
    }

    @Override
    public void event(long id, LockEvent event) {
        unsent.appendBytes(ID)
                .appendString(Long.toString(id))
                .appendBytes(EVENT)
                .appendString(event.kind().wireName())
                .appendBytes(DATA)
                .appendBytes(event.toJson())
                .appendBytes(END);
    }

    @Override
    public void reset(long id) {
        unsent.appendBytes(ID).appendString(Long.toString(id)).appendBytes(RESET);
    }

    @Override
    public void comment(long id) {
        unsent.appendBytes(COMMENT)
                .appendBytes(ID)
                .appendString(Long.toString(id))
                .appendBytes(END);
    }

    @Override
    public void flush() {
        if (!response.headWritten()) {
            response.setChunked(true)
                    .setWriteQueueMaxSize(MAX_UNSENT_BYTES)
                    .putHeader(HttpHeaders.CONTENT_TYPE, EVENT_STREAM)
                    .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
        }
        Buffer next = unsent;
        unsent = Buffer.buffer();
        response.write(next);
    }

    @Override
    public void end() {
        response.end();
    }

    /**
     * Not by {@code close()} or {@code shutdown()}, which wait, for ever if need be, until the listener has read what it
     * does not read.
     */
    @Override
    public void cut() {
        if (request.version() == HttpVersion.HTTP_2) {
            response.reset(CANCEL);
        } else {
            HttpServerConnection connection = (HttpServerConnection) request.connection();
            ChannelFuture unused = connection.channelHandlerContext().close();
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
