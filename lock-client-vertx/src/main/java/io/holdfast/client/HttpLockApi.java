package io.holdfast.client;

import io.holdfast.client.core.Agenda;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.ApiPaths;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.PathSegment;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.StatusAnswer;
import io.holdfast.protocol.TokenRequest;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The service's calls: sends a request and turns whatever happens into a value. Every call is answered within its
 * time-out. To be used on the client's context only.
 */
final class HttpLockApi {
    private final HttpTransport asking;
    private final HttpTransport keeping;
    private final Ticker ticker;
    private final long timeoutMillis;
    private int underWay;
    private @Nullable Promise<Void> idle;

    /** Heartbeats and releases have connections of their own: they must not queue behind requests for more locks. */
    private HttpLockApi(HttpTransport asking, HttpTransport keeping, Ticker ticker, long timeoutMillis) {
        this.asking = asking;
        this.keeping = keeping;
        this.ticker = ticker;
        this.timeoutMillis = timeoutMillis;
    }

    static HttpLockApi create(Vertx vertx, LockClientOptions options, Ticker ticker) {
        List<URI> endpoints = options.endpoints();
        Duration timeout = options.requestTimeout();
        return new HttpLockApi(
                new HttpTransport(vertx, endpoints, timeout),
                new HttpTransport(vertx, endpoints, timeout),
                ticker,
                timeout.toMillis());
    }

    /**
     * Asks for a lock.
     *
     * @param late is given an answer that came after the call had been answered with a time-out
     */
    Future<ServerReply> acquire(AcquireRequest request, Consumer<ServerReply> late) {
        // The exchange outlives the time-out once over, so that a grant that is late can still be given back.
        return call(asking, ApiPaths.ACQUIRE, request.toJson(), timeoutMillis, 2 * timeoutMillis, late);
    }

    Future<ServerReply> heartbeat(TokenRequest request, long timeoutMillis) {
        return call(keeping, ApiPaths.HEARTBEAT, request.toJson(), timeoutMillis, timeoutMillis, late -> {});
    }

    Future<ServerReply> release(TokenRequest request) {
        return call(keeping, ApiPaths.RELEASE, request.toJson(), timeoutMillis, timeoutMillis, late -> {});
    }

    /** Asks who holds a resource; fails with one of this package's exceptions. */
    Future<StatusAnswer> status(String name) {
        return exchange(
                        asking,
                        ApiPaths.STATUS + PathSegment.encode(name),
                        null,
                        timeoutMillis,
                        timeoutMillis,
                        late -> {})
                .transform(HttpLockApi::readStatus);
    }

    /** Succeeds when no request is under way. */
    Future<Void> whenIdle() {
        if (underWay == 0) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = idle == null ? Promise.promise() : idle;
        idle = promise;
        return promise.future();
    }

    /** Closes the connections; requests still under way fail. */
    void close() {
        asking.close();
        keeping.close();
    }

    private Future<ServerReply> call(
            HttpTransport transport,
            String path,
            byte[] body,
            long timeoutMillis,
            long idleMillis,
            Consumer<ServerReply> late) {
        return exchange(
                        transport,
                        path,
                        Buffer.buffer(body),
                        timeoutMillis,
                        idleMillis,
                        done -> late.accept(toReply(done)))
                .transform(done -> Future.succeededFuture(toReply(done)));
    }

    /** One request with its time-out; {@code late} is given what came after that. */
    private Future<HttpResponse<Buffer>> exchange(
            HttpTransport transport,
            String path,
            @Nullable Buffer body,
            long timeoutMillis,
            long idleMillis,
            Consumer<AsyncResult<HttpResponse<Buffer>>> late) {
        Promise<HttpResponse<Buffer>> promise = Promise.promise();
        underWay++;
        Agenda.Entry guard = ticker.after(timeoutMillis, () -> {
            if (promise.tryFail(new IOException("no answer within " + timeoutMillis + " ms"))) {
                settled();
            }
        });
        transport
                .send(path, body, idleMillis, () -> !promise.future().isComplete())
                .onComplete(done -> {
                    if (promise.future().isComplete()) {
                        late.accept(done);
                        return;
                    }
                    ticker.cancel(guard);
                    complete(promise, done);
                    settled();
                });
        return promise.future();
    }

    private static <T> void complete(Promise<T> promise, AsyncResult<T> done) {
        if (done.succeeded()) {
            promise.complete(done.result());
        } else {
            promise.fail(done.cause());
        }
    }

    private void settled() {
        underWay--;
        if (underWay == 0 && idle != null) {
            Promise<Void> waiting = idle;
            idle = null;
            waiting.complete();
        }
    }

    private static ServerReply toReply(AsyncResult<HttpResponse<Buffer>> done) {
        if (done.failed()) {
            return HttpTransport.isNothingSent(done.cause())
                    ? ServerReply.unavailable("no connection: " + done.cause().getMessage())
                    : ServerReply.unknown(String.valueOf(done.cause().getMessage()));
        }
        HttpResponse<Buffer> response = done.result();
        try {
            LockAnswer answer = LockAnswer.read(response.body().getBytes());
            // Something on the way that answers for the server would hardly get both right.
            return answer.status().httpCode() == response.statusCode()
                    ? ServerReply.answered(answer)
                    : ServerReply.unknown("HTTP code " + response.statusCode() + " does not go with the answer");
        } catch (IOException e) {
            return ServerReply.unknown("HTTP code " + response.statusCode() + " with a body that is no answer");
        }
    }

    private static Future<StatusAnswer> readStatus(AsyncResult<HttpResponse<Buffer>> done) {
        if (done.succeeded() && done.result().statusCode() == 200) {
            try {
                return Future.succeededFuture(
                        StatusAnswer.read(done.result().body().getBytes()));
            } catch (IOException e) {
                return Future.failedFuture(new LockUnavailableException("the answer is no lock status"));
            }
        }
        // Asking changes nothing, so whatever else went wrong, it may be asked again.
        ServerReply reply = toReply(done);
        return Future.failedFuture(
                reply.answer() == null ? new LockUnavailableException(reply.detail()) : refused(reply.requireAnswer()));
    }

    private static LockRefusedException refused(LockAnswer answer) {
        Status status = answer.status();
        return new LockRefusedException(status, "The service answered " + status.wireName() + ": " + answer.message());
    }
}
