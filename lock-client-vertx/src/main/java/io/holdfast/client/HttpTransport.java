package io.holdfast.client;

import io.holdfast.protocol.Status;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to the service: to the endpoint that could do something for it last, and to the next one where it is
 * certain that nothing was sent. To be used on the client's context only.
 */
final class HttpTransport {
    static final int CONNECTIONS_PER_ENDPOINT = 32;
    /** Each request that waits in line has a connection to itself, and two for a moment when it is repeated. */
    static final int WAITING_PER_ENDPOINT = 10_000;
    /** Below the server's idle time-out, so that no request meets a connection that is just being closed. */
    private static final int KEEP_ALIVE_SECONDS = 30;

    private final WebClient web;
    private final List<URI> endpoints;
    private final @Nullable RequestTap tap;
    private int current;

    HttpTransport(Vertx vertx, LockClientOptions options, int connections) {
        this.endpoints = options.endpoints();
        this.tap = options.tap();
        WebClientOptions webOptions = new WebClientOptions()
                .setUserAgentEnabled(false)
                .setFollowRedirects(false)
                .setConnectTimeout((int) options.requestTimeout().dividedBy(2).toMillis())
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS);
        this.web = WebClient.create(vertx, webOptions, new PoolOptions().setHttp1MaxSize(connections));
    }

    /**
     * Sends a request and answers with whatever came back, or fails.
     *
     * @param body the JSON to post; null for a GET
     * @param idleMillis the connection is given up after this long without a byte
     * @param wanted asked before a further endpoint is tried
     */
    Future<HttpResponse<Buffer>> send(String path, @Nullable Buffer body, long idleMillis, BooleanSupplier wanted) {
        return send(path, body, idleMillis, wanted, endpoints.size());
    }

    private Future<HttpResponse<Buffer>> send(
            String path, @Nullable Buffer body, long idleMillis, BooleanSupplier wanted, int endpointsLeft) {
        int used = current;
        return sendHeard(endpoints.get(used), path, body, idleMillis)
                .onSuccess(answer -> {
                    if (answer.statusCode() == Status.UNAVAILABLE.httpCode()) {
                        turnFrom(used);
                    }
                })
                .recover(cause -> {
                    turnFrom(used);
                    boolean another = isNothingSent(cause) && endpointsLeft > 1 && wanted.getAsBoolean();
                    return another
                            ? send(path, body, idleMillis, wanted, endpointsLeft - 1)
                            : Future.failedFuture(cause);
                });
    }

    /** Whatever happened, this endpoint is not the one to ask first next time. */
    private void turnFrom(int used) {
        if (current == used) {
            current = (used + 1) % endpoints.size();
        }
    }

    private Future<HttpResponse<Buffer>> sendHeard(URI endpoint, String path, @Nullable Buffer body, long idleMillis) {
        if (tap == null) {
            return sendTo(endpoint, path, body, idleMillis);
        }
        RequestTap.Heard heard = tap.sending(endpoint, path, body);
        return sendTo(endpoint, path, body, idleMillis)
                .onSuccess(answer -> heard.answered(answer.statusCode(), answer.body()))
                .onFailure(cause -> heard.failed(isNothingSent(cause)));
    }

    private Future<HttpResponse<Buffer>> sendTo(URI endpoint, String path, @Nullable Buffer body, long idleMillis) {
        HttpMethod method = body == null ? HttpMethod.GET : HttpMethod.POST;
        HttpRequest<Buffer> request = web.request(method, endpoint.getPort(), host(endpoint), path)
                .as(BoundedBody::new)
                .connectTimeout(idleMillis)
                .idleTimeout(idleMillis);
        if (body == null) {
            return request.send();
        }
        return request.putHeader("Content-Type", "application/json").sendBuffer(body);
    }

    /** Whether a failure came before anything was sent, so that nothing can have happened. */
    static boolean isNothingSent(Throwable cause) {
        return cause instanceof ConnectException
                || cause instanceof NoRouteToHostException
                || cause instanceof UnknownHostException;
    }

    /** Closes the connections; requests still under way fail. */
    void close() {
        web.close();
    }

    static String host(URI endpoint) {
        String host = endpoint.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
