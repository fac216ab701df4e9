package io.holdfast.server.http;

import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.ApiPaths;
import io.holdfast.protocol.HealthAnswer;
import io.holdfast.protocol.InvalidRequestException;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.PathSegment;
import io.holdfast.protocol.RequestRules;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.server.service.LockService;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The endpoints: which path and method means which call, how its input is decoded and its outcome answered. */
public final class LockRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(LockRoutes.class);

    private final LockService service;
    private final Connections connections;
    private final RequestRules rules;
    private final int maxBodyBytes;

    /** Creates the routes to {@code service}. */
    public LockRoutes(LockService service, Connections connections, RequestRules rules, int maxBodyBytes) {
        this.service = service;
        this.connections = connections;
        this.rules = rules;
        this.maxBodyBytes = maxBodyBytes;
    }

    /** Builds the handler of all requests. */
    public Handler<HttpServerRequest> handler(Vertx vertx) {
        Router router = router(vertx);
        return request -> {
            String path = request.path();
            // On the raw path: the router normalises it to match, but "a%2Fb" and ".." are names like any other.
            if (path != null && path.startsWith(ApiPaths.STATUS)) {
                status(request, path.substring(ApiPaths.STATUS.length()));
            } else {
                router.handle(request);
            }
        };
    }

    private Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        post(router, ApiPaths.ACQUIRE, this::acquire);
        post(router, ApiPaths.HEARTBEAT, (request, body) -> tokenCall(request, body, service::heartbeat));
        post(router, ApiPaths.RELEASE, (request, body) -> tokenCall(request, body, service::release));
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
        router.post(path).handler(ctx -> BodyReader.read(ctx.request(), connections, maxBodyBytes, whole));
        router.route(path).handler(ctx -> methodNotAllowed(ctx.request(), "POST"));
    }

    private void get(Router router, String path, Handler<HttpServerRequest> call) {
        router.get(path).handler(ctx -> {
            connections.requestStarted(ctx.request());
            call.handle(ctx.request());
        });
        router.route(path).handler(ctx -> methodNotAllowed(ctx.request(), "GET"));
    }

    private void acquire(HttpServerRequest request, byte[] body) throws InvalidRequestException {
        service.acquire(AcquireRequest.read(body, rules), answer -> Answers.send(request, answer));
    }

    private void tokenCall(HttpServerRequest request, byte[] body, Function<TokenRequest, LockAnswer> call)
            throws InvalidRequestException {
        Answers.send(request, call.apply(TokenRequest.read(body, rules)));
    }

    private void status(HttpServerRequest request, String segment) {
        if (segment.indexOf('/') >= 0) {
            unknownPath(request);
        } else if (!request.method().equals(HttpMethod.GET)) {
            methodNotAllowed(request, "GET");
        } else {
            tellStatus(request, segment);
        }
    }

    private void tellStatus(HttpServerRequest request, String segment) {
        connections.requestStarted(request);
        try {
            String resourceName = PathSegment.decodeName(segment, rules);
            LockAnswer refusal = service.refusalToTell();
            if (refusal != null) {
                Answers.send(request, refusal);
            } else {
                Answers.send(request, service.status(resourceName));
            }
        } catch (InvalidRequestException e) {
            Answers.send(request, e.answer());
        }
    }

    private static void unknownPath(HttpServerRequest request) {
        Answers.send(request, LockAnswer.refused(Status.UNKNOWN_PATH, "There is nothing at this path"));
    }

    private static void methodNotAllowed(HttpServerRequest request, String allowed) {
        request.response().putHeader("Allow", allowed);
        Answers.send(request, LockAnswer.refused(Status.METHOD_NOT_ALLOWED, "This path answers " + allowed + " only"));
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

    /** A call that takes a body and may find it wanting. */
    @FunctionalInterface
    private interface BodyCall {
        void accept(HttpServerRequest request, byte[] body) throws InvalidRequestException;
    }
}
