package io.holdfast.client;

import io.holdfast.protocol.ApiPaths;
import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.PathSegment;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.StatusAnswer;
import io.holdfast.protocol.TokenRequest;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The service's calls: sends a request and turns whatever happens into a value. Every call is answered within its
 * time-out. To be used on the client's context only.
 */
final class HttpLockApi implements Exchange.Watch {
    private static final ServerReply NO_SETS =
            ServerReply.answered(LockAnswer.refused(Status.UNKNOWN_PATH, "the server cannot lock sets of resources"));

    private final HttpTransport asking;
    private final HttpTransport waiting;
    private final HttpTransport keeping;
    private final Ticker ticker;
    private final long timeoutMillis;
    private final Pending unanswered = new Pending();
    private final Pending unheard = new Pending();

    /** Heartbeats and releases have connections of their own: they must not queue behind requests for more locks. */
    private HttpLockApi(
            HttpTransport asking, HttpTransport waiting, HttpTransport keeping, Ticker ticker, long timeoutMillis) {
        this.asking = asking;
        this.waiting = waiting;
        this.keeping = keeping;
        this.ticker = ticker;
        this.timeoutMillis = timeoutMillis;
    }

    static HttpLockApi create(Vertx vertx, LockClientOptions options, Ticker ticker) {
        return new HttpLockApi(
                new HttpTransport(vertx, options, HttpTransport.CONNECTIONS_PER_ENDPOINT),
                new HttpTransport(vertx, options, HttpTransport.WAITING_PER_ENDPOINT),
                new HttpTransport(vertx, options, HttpTransport.CONNECTIONS_PER_ENDPOINT),
                ticker,
                options.requestTimeout().toMillis());
    }

    /**
     * Asks for a lock.
     *
     * @param waitMillis how long the server may hold the request
     * @param late is given an answer that came after the call had been answered with a time-out
     */
    AcquireCall acquire(String path, byte[] body, long waitMillis, Consumer<ServerReply> late) {
        // Those that wait have connections of their own: a long line must not keep a mere try from being sent.
        Exchange<HttpResponse<Buffer>> exchange = exchange(
                waitMillis > 0 ? waiting : asking,
                path,
                Buffer.buffer(body),
                waitMillis + timeoutMillis,
                timeoutMillis,
                done -> late.accept(ServerReply.read(done)));
        return new AcquireCall(
                exchange,
                exchange.answer()
                        .transform(done -> Future.succeededFuture(
                                isUnknownSetCall(path, done) ? NO_SETS : ServerReply.read(done))));
    }

    /** A request for a lock under way. */
    record AcquireCall(Exchange<?> exchange, Future<ServerReply> reply) {}

    Future<ServerReply> cancel(CancelRequest request) {
        return reply(keep(ApiPaths.CANCEL, request.toJson()));
    }

    Future<ServerReply> heartbeat(TokenRequest request, long timeoutMillis) {
        return reply(keep(ApiPaths.HEARTBEAT, request.toJson(), timeoutMillis));
    }

    Future<ServerReply> release(TokenRequest request) {
        return reply(keep(ApiPaths.RELEASE, request.toJson()));
    }

    /** Takes a resource from whoever holds it; fails with one of this package's exceptions. Not to be repeated unasked. */
    Future<Optional<LockBreak>> breakLock(BreakRequest request) {
        return reply(ask(ApiPaths.BREAK, request.toJson())).compose(HttpLockApi::readBreak);
    }

    private static Future<Optional<LockBreak>> readBreak(ServerReply reply) {
        LockAnswer answer = reply.answer();
        if (answer == null) {
            return Future.failedFuture(
                    reply.outcome() == ServerReply.Outcome.UNAVAILABLE
                            ? new LockUnavailableException(reply.detail())
                            : new LockOutcomeUnknownException("The lock may have been broken: " + reply.detail()));
        }
        return switch (answer.status()) {
            case NOT_FOUND -> Future.succeededFuture(Optional.empty());
            case BROKEN -> {
                long graceMs = answer.graceMs() == null ? 0 : answer.graceMs();
                boolean givenUp = Boolean.TRUE.equals(answer.exclusionGivenUp());
                yield Future.succeededFuture(Optional.of(new LockBreak(Duration.ofMillis(graceMs), givenUp)));
            }
            default -> Future.failedFuture(refused(answer));
        };
    }

    /** Asks who holds a resource; fails with one of this package's exceptions. */
    Future<StatusAnswer> status(String name) {
        return exchange(asking, ApiPaths.STATUS + PathSegment.encode(name), null, timeoutMillis, 0, late -> {})
                .answer()
                .transform(HttpLockApi::readStatus);
    }

    /** Succeeds when every request was answered or has timed out. */
    Future<Void> whenIdle() {
        return unanswered.whenNone();
    }

    /** Succeeds when no request can bring a lock any more, not even one that has timed out. */
    Future<Void> whenQuiet() {
        return unheard.whenNone();
    }

    /** Closes the connections; requests still under way fail. */
    void close() {
        asking.close();
        waiting.close();
        keeping.close();
    }

    /** Posts something that is needed to acquire. */
    Future<HttpResponse<Buffer>> ask(String path, byte[] body) {
        return exchange(asking, path, Buffer.buffer(body), timeoutMillis, 0, late -> {})
                .answer();
    }

    /** Posts something that has to do with what is held. */
    Future<HttpResponse<Buffer>> keep(String path, byte[] body) {
        return keep(path, body, timeoutMillis);
    }

    /** As {@link #keep(String, byte[])}, answered within that time. */
    Future<HttpResponse<Buffer>> keep(String path, byte[] body, long timeoutMillis) {
        return exchange(keeping, path, Buffer.buffer(body), timeoutMillis, 0, late -> {})
                .answer();
    }

    private static Future<ServerReply> reply(Future<HttpResponse<Buffer>> answer) {
        return answer.transform(done -> Future.succeededFuture(ServerReply.read(done)));
    }

    private Exchange<HttpResponse<Buffer>> exchange(
            HttpTransport transport,
            String path,
            @Nullable Buffer body,
            long timeoutMillis,
            long lateMillis,
            Consumer<AsyncResult<HttpResponse<Buffer>>> late) {
        unanswered.begin();
        unheard.begin();
        Exchange<HttpResponse<Buffer>> exchange = new Exchange<>(ticker, timeoutMillis, lateMillis, late, this);
        // Answered or not, by then nobody listens any more.
        long idleMillis = timeoutMillis + lateMillis;
        transport.send(path, body, idleMillis, exchange::isOpen).onComplete(exchange::arrived);
        return exchange;
    }

    @Override
    public void answered() {
        unanswered.end();
    }

    @Override
    public void over() {
        unheard.end();
    }

    /** A server that knows only the base may say in its own way that it has no such call. */
    private static boolean isUnknownSetCall(String path, AsyncResult<HttpResponse<Buffer>> done) {
        return path.equals(ApiPaths.ACQUIRE_ALL)
                && done.succeeded()
                && done.result().statusCode() == Status.UNKNOWN_PATH.httpCode();
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
        ServerReply reply = ServerReply.read(done);
        return Future.failedFuture(
                reply.answer() == null ? new LockUnavailableException(reply.detail()) : refused(reply.requireAnswer()));
    }

    private static LockRefusedException refused(LockAnswer answer) {
        Status status = answer.status();
        return new LockRefusedException(status, "The service answered " + status.wireName() + ": " + answer.message());
    }
}
