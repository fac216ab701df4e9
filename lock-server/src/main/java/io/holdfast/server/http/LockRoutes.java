package io.holdfast.server.http;

import io.holdfast.protocol.AcquireAllRequest;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.ApiPaths;
import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.HealthAnswer;
import io.holdfast.protocol.InvalidRequestException;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.PathSegment;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.RequestRules;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpenRequest;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.server.log.CommandLog;
import io.holdfast.server.service.LockService;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The endpoints: which path and method means which call, how its input is decoded and its outcome answered. */
public final class LockRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(LockRoutes.class);

    private static final int DEFAULT_LIST_LIMIT = 100;

    private final LockService service;
    private final CommandLog log;
    private final Outbox outbox;
    private final Connections connections;
    private final RequestRules rules;
    private final int maxBodyBytes;
    private final boolean onLoopback;
    private final BackupRoute backup;
    /** What nearly every request wants, by its path: the router would compare that with one route after the other. */
    private final Map<String, Handler<HttpServerRequest>> posts = new HashMap<>();

    /**
     * Creates the routes to {@code service}.
     *
     * @param log what must be durable before anybody is told of it
     * @param onLoopback whether nobody can reach them from another machine
     */
    public LockRoutes(
            LockService service,
            CommandLog log,
            Connections connections,
            RequestRules rules,
            int maxBodyBytes,
            boolean onLoopback,
            BackupRoute backup) {
        this.service = service;
        this.log = log;
        this.outbox = new Outbox(log);
        this.connections = connections;
        this.rules = rules;
        this.maxBodyBytes = maxBodyBytes;
        this.onLoopback = onLoopback;
        this.backup = backup;
    }

    /** Builds the handler of all requests. */
    public Handler<HttpServerRequest> handler(Vertx vertx) {
        Router router = router(vertx);
        return request -> {
            if (connections.requestStarted(request) == null) {
                return; // it is being closed
            }
            String path = request.path();
            // On the raw path: the router normalises it to match, but "a%2Fb" and ".." are names like any other.
            if (path != null && path.startsWith(ApiPaths.STATUS)) {
                named(request, path.substring(ApiPaths.STATUS.length()), this::status);
            } else if (path != null && path.startsWith(ApiPaths.VALIDATE)) {
                named(request, path.substring(ApiPaths.VALIDATE.length()), this::validate);
            } else {
                Handler<HttpServerRequest> post = isPlainPost(request) ? posts.get(path) : null;
                (post == null ? router : post).handle(request);
            }
        };
    }

    /** The rest is the router's: it refuses other methods, and a host that is none. */
    private static boolean isPlainPost(HttpServerRequest request) {
        return request.method().equals(HttpMethod.POST) && request.authority() != null;
    }

    private Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        postGranting(
                router,
                ApiPaths.ACQUIRE,
                (request, body) -> service.acquire(AcquireRequest.read(body, rules), new HttpCaller(request, outbox)));
        post(router, ApiPaths.HEARTBEAT, (request, body) -> tokenCall(request, body, service::heartbeat));
        post(router, ApiPaths.RELEASE, (request, body) -> tokenCall(request, body, service::release));
        postGranting(
                router,
                ApiPaths.ACQUIRE_ALL,
                (request, body) ->
                        service.acquireAll(AcquireAllRequest.read(body, rules), new HttpCaller(request, outbox)));
        post(
                router,
                ApiPaths.CANCEL,
                (request, body) -> outbox.send(request, service.cancel(CancelRequest.read(body, rules))));
        postGranting(router, ApiPaths.SESSION_OPEN, this::openSession);
        post(router, ApiPaths.SESSION_HEARTBEAT, this::heartbeatSession);
        post(
                router,
                ApiPaths.SESSION_CLOSE,
                (request, body) -> outbox.send(request, service.closeSession(SessionRequest.read(body, rules))));
        post(router, ApiPaths.BREAK, this::breakHolds);
        router.route(ApiPaths.BACKUP).handler(ctx -> backup.handle(ctx.request()));
        get(router, ApiPaths.LIST, this::list);
        get(router, ApiPaths.EVENTS, this::events);
        get(router, ApiPaths.LIVEZ, request -> Answers.send(request, HealthAnswer.UP));
        get(router, ApiPaths.READYZ, request -> Answers.send(request, service.readiness()));
        router.route().handler(ctx -> unknownPath(ctx.request()));
        router.errorHandler(404, ctx -> unknownPath(ctx.request()));
        router.errorHandler(400, ctx -> badRequest(ctx.request(), "The request is not valid HTTP"));
        router.errorHandler(500, ctx -> bug(ctx.request(), ctx.failure()));
        return router;
    }

    /** Answers what the HTTP decoder could not make sense of. */
    public static void invalidRequest(HttpServerRequest request) {
        badRequest(request, "The request is not valid HTTP, or its headers are too long");
        request.connection().close();
    }

    private void post(Router router, String path, BodyCall call) {
        BodyReader.Whole whole = guarded(call);
        Handler<HttpServerRequest> read = request -> BodyReader.read(request, connections, maxBodyBytes, whole);
        posts.put(path, read);
        router.post(path).handler(ctx -> read.handle(ctx.request()));
        router.route(path).handler(ctx -> methodNotAllowed(ctx.request(), "POST"));
    }

    /** A call that begins something new is refused while the disk lags behind; what renews or ends is not. */
    private void postGranting(Router router, String path, BodyCall call) {
        post(router, path, (request, body) -> {
            if (log.isFull()) {
                Answers.send(request, LockAnswer.unavailable(UnavailableReason.OVERLOADED, 1_000));
            } else {
                call.accept(request, body);
            }
        });
    }

    private void get(Router router, String path, Handler<HttpServerRequest> call) {
        router.get(path).handler(ctx -> call.handle(ctx.request()));
        router.route(path).handler(ctx -> methodNotAllowed(ctx.request(), "GET"));
    }

    private void tokenCall(HttpServerRequest request, byte[] body, Function<TokenRequest, LockAnswer> call)
            throws InvalidRequestException {
        outbox.send(request, call.apply(TokenRequest.read(body, rules)));
    }

    private void openSession(HttpServerRequest request, byte[] body) throws InvalidRequestException {
        service.openSession(
                SessionOpenRequest.read(body, rules),
                opened -> outbox.send(request, opened.toJson()),
                refusal -> outbox.send(request, refusal));
    }

    private void heartbeatSession(HttpServerRequest request, byte[] body) throws InvalidRequestException {
        SessionBeaten beaten = service.heartbeat(SessionRequest.read(body, rules));
        if (beaten == null) {
            outbox.send(request, LockService.sessionNotFound());
        } else {
            outbox.send(request, beaten.toJson());
        }
    }

    private void named(HttpServerRequest request, String segment, NamedCall call) {
        if (segment.indexOf('/') >= 0) {
            unknownPath(request);
        } else if (!request.method().equals(HttpMethod.GET)) {
            methodNotAllowed(request, "GET");
        } else {
            tell(request, () -> call.accept(request, PathSegment.decodeName(segment, rules)));
        }
    }

    /** Runs a call that only looks, unless what it would see could mislead. */
    private void tell(HttpServerRequest request, Look look) {
        try {
            LockAnswer refusal = service.refusalToTell();
            if (refusal != null) {
                Answers.send(request, refusal);
            } else {
                look.run();
            }
        } catch (InvalidRequestException e) {
            Answers.send(request, e.answer());
        }
    }

    private void status(HttpServerRequest request, String resourceName) {
        outbox.send(request, service.status(resourceName).toJson());
    }

    private void validate(HttpServerRequest request, String resourceName) throws InvalidRequestException {
        QueryParameters query = new QueryParameters(request);
        long fencingToken = query.requiredNumber("fencingToken", 0, ProtocolLimits.FENCING_TOKEN_BOUND - 1);
        outbox.send(request, service.validate(resourceName, fencingToken).toJson());
    }

    private void list(HttpServerRequest request) {
        tell(request, () -> {
            QueryParameters query = new QueryParameters(request);
            String prefix = query.text("prefix");
            int limit = (int) query.number("limit", DEFAULT_LIST_LIMIT, 1, ProtocolLimits.MAX_LIST_LIMIT);
            service.list(
                    prefix == null ? "" : prefix,
                    query.text("after"),
                    limit,
                    answer -> outbox.send(request, answer.toJson()));
        });
    }

    /** Whoever may lock is not thereby somebody who may break; as long as nobody has to say who he is, being here decides. */
    private void breakHolds(HttpServerRequest request, byte[] body) throws InvalidRequestException {
        BreakRequest wish = BreakRequest.read(body, rules);
        LockAnswer refusal = refusalToOperate(request, onLoopback);
        if (refusal != null) {
            Answers.send(request, refusal);
        } else {
            service.breakHolds(wish, new HttpCaller(request, outbox));
        }
    }

    /** Why a request may not do what an operator does, or null. */
    static @Nullable LockAnswer refusalToOperate(HttpServerRequest request, boolean onLoopback) {
        if (!onLoopback) {
            return LockAnswer.refused(Status.FORBIDDEN, "This is done over a loopback listener only");
        }
        // A browser on this machine is on loopback as well, whatever page it shows.
        return request.headers().contains(HttpHeaders.ORIGIN)
                ? LockAnswer.refused(Status.FORBIDDEN, "This is not done by a web page")
                : null;
    }

    private void events(HttpServerRequest request) {
        LockAnswer refusal = service.refusalToListen();
        OpenConnection connection = connections.find(request);
        if (refusal != null) {
            Answers.send(request, refusal);
        } else if (connection != null) {
            events(request, connection);
        }
    }

    private void events(HttpServerRequest request, OpenConnection connection) {
        try {
            String prefix = new QueryParameters(request).text("prefix");
            boolean opened = EventStream.open(request, connection, service.events(), prefix == null ? "" : prefix);
            if (!opened) {
                Answers.send(request, LockAnswer.limitExceeded("As many listen to events as the server allows", 1_000));
            }
        } catch (InvalidRequestException e) {
            Answers.send(request, e.answer());
        }
    }

    /** A body nobody asked for is not read to its end. */
    static void refuse(HttpServerRequest request, LockAnswer answer) {
        boolean hasBody = request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || !"0".equals(Objects.requireNonNullElse(request.getHeader(HttpHeaders.CONTENT_LENGTH), "0"));
        if (hasBody) {
            Rest.announce(request);
        }
        Answers.send(request, answer);
    }

    private static void unknownPath(HttpServerRequest request) {
        refuse(request, LockAnswer.refused(Status.UNKNOWN_PATH, "There is nothing at this path"));
    }

    static void methodNotAllowed(HttpServerRequest request, String allowed) {
        request.response().putHeader("Allow", allowed);
        refuse(request, LockAnswer.refused(Status.METHOD_NOT_ALLOWED, "This path answers " + allowed + " only"));
    }

    private static void badRequest(HttpServerRequest request, String message) {
        Answers.send(request, LockAnswer.refused(Status.BAD_REQUEST, message));
    }

    /** Input cannot lead here, so it is worth a stack trace. The call may or may not have happened. */
    private static void bug(HttpServerRequest request, @Nullable Throwable failure) {
        LOG.error("A request failed", failure);
        Answers.send(request, LockAnswer.refused(Status.UNKNOWN, "The server failed; the outcome is unknown"));
    }

    private static BodyReader.Whole guarded(BodyCall call) {
        return (request, body) -> {
            try {
                call.accept(request, body);
            } catch (InvalidRequestException e) {
                Answers.send(request, e.answer());
            } catch (RuntimeException e) {
                bug(request, e);
            }
        };
    }

    /** A call about the resource its path names. */
    @FunctionalInterface
    private interface NamedCall {
        void accept(HttpServerRequest request, String resourceName) throws InvalidRequestException;
    }

    /** A call that changes nothing. */
    @FunctionalInterface
    private interface Look {
        void run() throws InvalidRequestException;
    }

    /** A call that takes a body and may find it wanting. */
    @FunctionalInterface
    private interface BodyCall {
        void accept(HttpServerRequest request, byte[] body) throws InvalidRequestException;
    }
}
