package io.holdfast.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.QueryParamDecoderConfig;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.http.impl.HttpServerRequestImpl;
import io.vertx.core.http.impl.HttpServerStream;
import io.vertx.core.http.impl.http2.codec.Http2ServerConnectionImpl;
import io.vertx.core.http.impl.http2.codec.VertxHttp2ConnectionHandler;
import io.vertx.core.http.impl.tcp.Http1xOrH2CHandler;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.http.QueryParamDecoder;

/**
 * Where clients may come in that speak HTTP/2. A connection is accepted, counted and timed as one of HTTP/1.1; if the
 * first bytes are HTTP/2's preface it goes on in HTTP/2, if not nothing is left of this in its way. Vert.x does the same
 * when told to, but shows a connection to nobody before its first request is there, so that whoever sends none is
 * neither counted nor timed; hence the use of its inner classes. Confined to the event loop.
 */
public final class Http2Entrance implements Handler<HttpConnection> {
    private final Connections connections;
    private final Handler<HttpServerRequest> requests;
    private final QueryParamDecoder queryDecoder = new QueryParamDecoder(new QueryParamDecoderConfig());

    /** Creates an entrance for connections that {@code connections} watches over. */
    public Http2Entrance(Connections connections, Handler<HttpServerRequest> requests) {
        this.connections = connections;
        this.requests = requests;
    }

    /** To be called with every connection the server accepts. */
    @Override
    public void handle(HttpConnection accepted) {
        if (connections.opened(accepted)) {
            HttpServerConnection connection = (HttpServerConnection) accepted;
            connection.channelHandlerContext().pipeline().addFirst(new Preface(connection));
        }
    }

    /** Looks at the first bytes of a connection, and leaves. */
    private final class Preface extends Http1xOrH2CHandler {
        private final HttpServerConnection accepted;

        Preface(HttpServerConnection accepted) {
            this.accepted = accepted;
        }

        @Override
        protected void configure(ChannelHandlerContext preface, boolean isHttp2) {
            if (isHttp2) {
                ChannelPipeline pipeline = preface.pipeline();
                pipeline.remove("httpDecoder");
                pipeline.remove("httpEncoder");
                pipeline.replace("handler", "handler", Http2Codec.create(codec -> connection(accepted, codec)));
            }
        }
    }

    private Http2ServerConnectionImpl connection(
            HttpServerConnection accepted, VertxHttp2ConnectionHandler<Http2ServerConnectionImpl> codec) {
        ContextInternal context = accepted.context();
        Http2ServerConnectionImpl connection =
                new Http2ServerConnectionImpl(context, context::duplicate, codec, null, null, null, null);
        connection.streamHandler(this::request);
        // What a client does wrong ends its connection and is no line in the log.
        connection.exceptionHandler(broken -> {});
        connections.continued(accepted, connection);
        return connection;
    }

    private void request(HttpServerStream stream) {
        new HttpServerRequestImpl(requests, stream, stream.context(), true, 0, 0, 0, queryDecoder, "").init();
    }
}
