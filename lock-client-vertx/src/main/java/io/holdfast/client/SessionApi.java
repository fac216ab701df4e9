package io.holdfast.client;

import io.holdfast.protocol.ApiPaths;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpenRequest;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.Status;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The calls about sessions, as {@link HttpLockApi} makes those about locks. To be used on the client's context only. */
final class SessionApi {
    /** Said by whatever stands before a server, of a moment: nothing about what the server can do. */
    private static final Set<Integer> PASSING = Set.of(408, 429, 502, 503, 504);

    private final HttpLockApi http;

    SessionApi(HttpLockApi http) {
        this.http = http;
    }

    /**
     * What came of opening a session.
     *
     * @param opened the session; null if there is none
     * @param reply what the server said or did not say otherwise
     * @param isUnknownCall whether the server seems to know nothing of sessions
     */
    record Opening(@Nullable SessionOpened opened, ServerReply reply, boolean isUnknownCall) {}

    /**
     * What came of a heartbeat.
     *
     * @param beaten what the server says of the session; null if it says something else
     */
    record Beat(@Nullable SessionBeaten beaten, ServerReply reply) {}

    Future<Opening> open(SessionOpenRequest request) {
        return http.ask(ApiPaths.SESSION_OPEN, request.toJson())
                .transform(done -> Future.succeededFuture(readOpening(request, done)));
    }

    Future<Beat> heartbeat(SessionRequest request, long timeoutMillis) {
        return http.keep(ApiPaths.SESSION_HEARTBEAT, request.toJson(), timeoutMillis)
                .transform(done -> Future.succeededFuture(readBeat(done)));
    }

    Future<ServerReply> close(SessionRequest request) {
        return http.keep(ApiPaths.SESSION_CLOSE, request.toJson())
                .transform(done -> Future.succeededFuture(ServerReply.read(done)));
    }

    private static Opening readOpening(SessionOpenRequest request, AsyncResult<HttpResponse<Buffer>> done) {
        ServerReply reply = ServerReply.read(done);
        if (reply.is(Status.OPENED)) {
            try {
                return new Opening(SessionOpened.read(done.result().body().getBytes()), reply, false);
            } catch (IOException e) {
                return new Opening(null, ServerReply.unknown("the answer opens no session"), false);
            }
        }
        // A server without sessions may say so in its own way. Only a length that was asked for can be what it
        // dislikes.
        boolean lengthRefused = reply.is(Status.BAD_REQUEST) && request.ttlMs() != null;
        boolean unknownCall =
                done.succeeded() && !PASSING.contains(done.result().statusCode()) && !lengthRefused;
        return new Opening(null, reply, unknownCall);
    }

    private static Beat readBeat(AsyncResult<HttpResponse<Buffer>> done) {
        ServerReply reply = ServerReply.read(done);
        if (!reply.is(Status.HEARTBEAT_RECEIVED)) {
            return new Beat(null, reply);
        }
        try {
            return new Beat(SessionBeaten.read(done.result().body().getBytes()), reply);
        } catch (IOException e) {
            return new Beat(null, ServerReply.unknown("the answer is none to a session's heartbeat"));
        }
    }
}
