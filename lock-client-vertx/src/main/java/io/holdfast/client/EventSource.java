package io.holdfast.client;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * Opens streams of events: each has a connection to itself, to the endpoint that answered last or the next one. To be used
 * on the client's context only.
 */
final class EventSource {
    private static final int STREAMS_PER_ENDPOINT = 1_000;

    private final HttpClient http;
    private final List<URI> endpoints;
    private final long timeoutMillis;
    private int current;

    EventSource(Vertx vertx, List<URI> endpoints, Duration timeout) {
        this.endpoints = endpoints;
        this.timeoutMillis = timeout.toMillis();
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) timeout.dividedBy(2).toMillis());
        this.http = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(STREAMS_PER_ENDPOINT));
    }

    /**
     * Asks for a stream.
     *
     * @param silenceMillis the connection is given up after this long without a byte
     */
    Future<HttpClientResponse> get(String path, OptionalLong lastId, long silenceMillis) {
        int used = current;
        URI endpoint = endpoints.get(used);
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(HttpTransport.host(endpoint))
                .setPort(endpoint.getPort())
                .setURI(path)
                .setConnectTimeout(timeoutMillis)
                .setIdleTimeout(silenceMillis)
                .putHeader("Accept", "text/event-stream");
        lastId.ifPresent(id -> options.putHeader("Last-Event-ID", Long.toString(id)));
        return http.request(options).compose(HttpClientRequest::send).onFailure(cause -> {
            if (current == used) {
                current = (used + 1) % endpoints.size();
            }
        });
    }

    /** Reads why there is no stream. Never fails. */
    static Future<ServerReply> readRefusal(HttpClientResponse response) {
        BoundedBody body = new BoundedBody();
        return response.pipeTo(body)
                .compose(read -> body.result())
                .transform(done -> Future.succeededFuture(
                        done.succeeded()
                                ? ServerReply.read(response.statusCode(), done.result())
                                : ServerReply.unknown(
                                        String.valueOf(done.cause().getMessage()))));
    }

    void close() {
        http.close();
    }
}
