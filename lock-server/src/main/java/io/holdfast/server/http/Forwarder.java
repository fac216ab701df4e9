package io.holdfast.server.http;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Passes requests on to the node that leads, and its answers back. When the caller goes, so does the passed-on request;
 * when the leader goes, the caller is told what is known of the outcome. Confined to the event loop.
 */
final class Forwarder {
    /** Says that a node has passed the request on already: it is not passed on twice. */
    static final CharSequence PASSED_ON = HttpHeaders.createOptimized("Holdfast-Passed-On-By");

    /** Requests that wait for a lock hold their connection. */
    private static final int MAX_CONNECTIONS = 10_000;

    private static final int CONNECT_TIMEOUT_MILLIS = 1_000;
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");
    private static final List<CharSequence> REQUEST_HEADERS =
            List.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.ORIGIN, EventStream.LAST_EVENT_ID);
    private static final List<CharSequence> ANSWER_HEADERS =
            List.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.CACHE_CONTROL, HttpHeaders.ALLOW, RETRY_AFTER);
    private static final LockAnswer UNKNOWN = LockAnswer.refused(
            Status.UNKNOWN, "The node that leads did not answer; repeat the request under the same requestId");

    private final HttpClient client;
    private final String nodeId;
    private final Set<HttpClientRequest> underWay = new LinkedHashSet<>();
    private @Nullable SocketAddress leader;

    Forwarder(Vertx vertx, String nodeId) {
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MILLIS),
                new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS));
        this.nodeId = nodeId;
    }

    /** Where requests go from now on. What is under way to another node is given up: that one may never answer. */
    void lead(@Nullable SocketAddress newLeader) {
        if (leader != null && !leader.equals(newLeader)) {
            List.copyOf(underWay).forEach(HttpClientRequest::reset);
        }
        leader = newLeader;
    }

    /** Passes a request on whose body has arrived. */
    void pass(HttpServerRequest request, byte[] body, OpenConnection connection) {
        SocketAddress to = leader;
        if (to == null) {
            refuse(request);
            return;
        }
        RequestOptions options = new RequestOptions()
                .setServer(to)
                .setHost(to.host())
                .setPort(to.port())
                .setMethod(request.method())
                .setURI(request.uri())
                .putHeader(PASSED_ON, nodeId);
        for (CharSequence header : REQUEST_HEADERS) {
            String value = request.getHeader(header);
            if (value != null) {
                options.putHeader(header, value);
            }
        }
        client.request(options)
                .onSuccess(passed -> send(request, passed, body, connection))
                .onFailure(e -> refuse(request));
    }

    private void send(HttpServerRequest request, HttpClientRequest passed, byte[] body, OpenConnection connection) {
        underWay.add(passed);
        request.response().closeHandler(gone -> passed.reset());
        passed.exceptionHandler(e -> underWay.remove(passed));
        (body.length == 0 ? passed.send() : passed.send(Buffer.buffer(body)))
                .onSuccess(answer -> answer(request, passed, answer, connection))
                .onFailure(e -> lost(request, passed));
    }

    private void answer(
            HttpServerRequest request, HttpClientRequest passed, HttpClientResponse answer, OpenConnection connection) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            underWay.remove(passed);
            passed.reset();
            return;
        }
        String type = answer.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && type.startsWith("text/event-stream")) {
            copyHead(answer, response);
            connection.streamOpened();
            response.setChunked(true);
            answer.pipeTo(response).onComplete(end -> {
                underWay.remove(passed);
                connection.streamEnded();
                if (end.failed()) {
                    Rest.cutOff(request);
                }
            });
        } else {
            answer.body()
                    .onSuccess(whole -> {
                        underWay.remove(passed);
                        copyHead(answer, response);
                        response.end(whole);
                    })
                    .onFailure(e -> lost(request, passed));
        }
    }

    private static void copyHead(HttpClientResponse answer, HttpServerResponse response) {
        response.setStatusCode(answer.statusCode());
        for (CharSequence header : ANSWER_HEADERS) {
            String value = answer.getHeader(header);
            if (value != null) {
                response.putHeader(header, value);
            }
        }
    }

    /** It was sent, so it may have been done. */
    private void lost(HttpServerRequest request, HttpClientRequest passed) {
        underWay.remove(passed);
        if (request.method().equals(HttpMethod.GET)) {
            refuse(request);
        } else {
            Answers.send(request, UNKNOWN);
        }
    }

    static void refuse(HttpServerRequest request) {
        Answers.send(request, LockAnswer.unavailable(UnavailableReason.NO_QUORUM, 1_000));
    }
}
