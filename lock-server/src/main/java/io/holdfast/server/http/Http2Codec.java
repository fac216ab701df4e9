package io.holdfast.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.http.impl.http2.codec.Http2ServerConnectionImpl;
import io.vertx.core.http.impl.http2.codec.VertxHttp2ConnectionHandler;
import io.vertx.core.http.impl.http2.codec.VertxHttp2ConnectionHandlerBuilder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 as Vert.x speaks it, within bounds, and with a quiet end. When a client breaks the protocol Vert.x tells each
 * open stream first, and fails with a stack trace in the log at one whose headers it had refused. Here the connection
 * just closes, which tells them as well. Confined to the event loop.
 */
final class Http2Codec extends VertxHttp2ConnectionHandler<Http2ServerConnectionImpl> {
    /** Requests a connection may have under way. */
    static final int MAX_STREAMS = 256;

    /** Resets by either side in {@value #RESET_WINDOW_SECONDS} s: all requests of a connection may be given up at once. */
    static final int MAX_RESETS = 4 * MAX_STREAMS;

    private static final int RESET_WINDOW_SECONDS = 10;
    /** A header block is bounded in bytes; this bounds the frames it may be cut into. */
    private static final int MAX_SMALL_CONTINUATIONS = 16;

    private Http2Codec(
            Function<VertxHttp2ConnectionHandler<Http2ServerConnectionImpl>, Http2ServerConnectionImpl> connections,
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings) {
        super(connections, false, decoder, encoder, settings);
    }

    /** Creates the codec of one connection, which {@code connections} creates in turn. */
    static VertxHttp2ConnectionHandler<Http2ServerConnectionImpl> create(
            Function<VertxHttp2ConnectionHandler<Http2ServerConnectionImpl>, Http2ServerConnectionImpl> connections) {
        return new Builder(connections)
                .server(true)
                .gracefulShutdownTimeoutMillis(0)
                .decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS)
                .decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
                // Windows, frames and headers keep the protocol's defaults: 64 KB, 16 KB, 8 KB.
                .initialSettings(new io.vertx.core.http.Http2Settings().setMaxConcurrentStreams(MAX_STREAMS))
                .build();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of a broken connection
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception known) {
        Http2Error error = known == null ? Http2Error.INTERNAL_ERROR : known.error();
        int lastStream = connection().remote().lastStreamCreated();
        goAway(ctx, lastStream, error.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise());
        ctx.channel().close();
    }

    private static final class Builder extends VertxHttp2ConnectionHandlerBuilder<Http2ServerConnectionImpl> {
        private final Function<VertxHttp2ConnectionHandler<Http2ServerConnectionImpl>, Http2ServerConnectionImpl>
                connections;

        Builder(
                Function<VertxHttp2ConnectionHandler<Http2ServerConnectionImpl>, Http2ServerConnectionImpl>
                        connections) {
            this.connections = connections;
        }

        @Override
        protected Http2Codec build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            Http2Codec codec = new Http2Codec(connections, decoder, encoder, settings);
            decoder.frameListener(codec);
            return codec;
        }
    }
}
