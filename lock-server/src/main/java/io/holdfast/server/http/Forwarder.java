package io.holdfast.server.http;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.vertx.core.Future;
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
    /** The nodes that have passed the request on already: none does so twice. */
    private static final CharSequence PASSED_ON = HttpHeaders.createOptimized("Holdfast-Passed-On-By");

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
    private final Connections connections;
    private final int maxBodyBytes;
    private final Set<HttpClientRequest> underWay = new LinkedHashSet<>();
    private @Nullable SocketAddress leader;

    Forwarder(Vertx vertx, String nodeId, Connections connections, int maxBodyBytes) {
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MILLIS),
                new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS));
        this.nodeId = nodeId;
        this.connections = connections;
        this.maxBodyBytes = maxBodyBytes;
    }

    /** Where requests go from now on. What is under way to another node is given up: that one may never answer. */
    void lead(@Nullable SocketAddress newLeader) {
        if (leader != null && !leader.equals(newLeader)) {
            List.copyOf(underWay).forEach(HttpClientRequest::reset);
        }
        leader = newLeader;
    }

    /** Whether this node has passed the request on before: then nobody knows who leads. */
    boolean hasSeen(HttpServerRequest request) {
        String passedOn = request.getHeader(PASSED_ON);
        return passedOn != null && List.of(passedOn.split(",")).contains(nodeId);
    }

    /**
     * Passes a request on of which nothing but the head was read.
     *
     * @param undone called when the leader cannot be reached, with the request as it was
     */
    void pass(HttpServerRequest request, OpenConnection connection, Runnable undone) {
        SocketAddress to = leader;
        if (to == null) {
            undone.run();
            return;
        }
        request.pause();
        client.request(options(request, to))
                .onSuccess(passed -> pass(request, connection, passed))
                .onFailure(e -> undone.run());
    }

    private RequestOptions options(HttpServerRequest request, SocketAddress to) {
        String passedOn = request.getHeader(PASSED_ON);
        RequestOptions options = new RequestOptions()
                .setServer(to)
                .setHost(to.host())
                .setPort(to.port())
                .setMethod(request.method())
                .setURI(request.uri())
                .putHeader(PASSED_ON, passedOn == null ? nodeId : passedOn + "," + nodeId);
        for (CharSequence header : REQUEST_HEADERS) {
            String value = request.getHeader(header);
            if (value != null) {
                options.putHeader(header, value);
            }
        }
        return options;
    }

    private void pass(HttpServerRequest request, OpenConnection connection, HttpClientRequest passed) {
        underWay.add(passed);
        request.response().closeHandler(gone -> giveUp(passed));
        // Answered while it is under way: its body was refused.
        request.response().endHandler(answered -> giveUp(passed));
        if (request.method().equals(HttpMethod.POST)) {
            BodyReader.read(
                    request,
                    connections,
                    maxBodyBytes,
                    (whole, body) -> relay(whole, connection, passed, passed.send(Buffer.buffer(body))));
        } else {
            relay(request, connection, passed, passed.send());
        }
        request.resume();
    }

    private void giveUp(HttpClientRequest passed) {
        if (underWay.remove(passed)) {
            passed.reset();
        }
    }

    private void relay(
            HttpServerRequest request,
            OpenConnection connection,
            HttpClientRequest passed,
            Future<HttpClientResponse> answer) {
        answer.onSuccess(head -> answer(request, passed, head, connection)).onFailure(e -> lost(request, passed));
    }

    private void answer(
            HttpServerRequest request, HttpClientRequest passed, HttpClientResponse answer, OpenConnection connection) {
        HttpServerResponse response = request.response();
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
