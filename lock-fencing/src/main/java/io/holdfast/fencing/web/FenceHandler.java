package io.holdfast.fencing.web;

import io.holdfast.fencing.FenceGuard;
import io.holdfast.fencing.StaleFenceException;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Lets a request pass only if no higher fencing token has come for its resource. Put it before the handler that writes:
 *
 * <pre>{@code
 * FenceGuard guard = FenceGuard.remembering(10_000);
 * router.put("/orders/:id").handler(FenceHandler.create(guard, request -> "orders/" + request.pathParam("id")));
 * }</pre>
 *
 * <p>The token is expected in the header {@value #HEADER}. Answers 412 {@code StaleFence} when it is stale, 428
 * {@code FenceMissing} when there is none, 400 {@code BadFence} when it is no positive integer or comes more than once; each
 * with a JSON body that says so, and the request goes no further.
 *
 * <p>It refuses what <em>arrives</em> late. A write that was let pass and takes its time is not held back when a newer one
 * overtakes it, another process that serves the same resource does not know of it, and a restart forgets it. Where that
 * matters, pass the token on to the store, for instance to {@link io.holdfast.fencing.JdbcFence}. This class is
 * thread-safe.
 */
public final class FenceHandler implements Handler<RoutingContext> {
    /** The request header that carries the fencing token, in decimal. */
    public static final String HEADER = "Holdfast-Fencing-Token";

    private static final int BAD_REQUEST = 400;
    private static final int PRECONDITION_FAILED = 412;
    private static final int PRECONDITION_REQUIRED = 428;

    private final FenceGuard guard;
    private final Function<RoutingContext, String> resource;

    private FenceHandler(FenceGuard guard, Function<RoutingContext, String> resource) {
        this.guard = guard;
        this.resource = resource;
    }

    /**
     * A handler that asks {@code guard}.
     *
     * @param resource the name of the lock that protects what the request writes; must not return null
     */
    public static FenceHandler create(FenceGuard guard, Function<RoutingContext, String> resource) {
        return new FenceHandler(guard, resource);
    }

    @Override
    public void handle(RoutingContext request) {
        List<String> tokens = request.request().headers().getAll(HEADER);
        if (tokens.isEmpty()) {
            refuse(request, PRECONDITION_REQUIRED, "FenceMissing", "The header " + HEADER + " is required");
            return;
        }
        long fence = tokens.size() == 1 ? parse(tokens.get(0)) : 0;
        if (fence < 1) {
            refuse(request, BAD_REQUEST, "BadFence", "The header " + HEADER + " must be one positive integer");
            return;
        }
        String name = Objects.requireNonNull(resource.apply(request), "no resource for the request");
        try {
            guard.check(name, fence);
        } catch (StaleFenceException stale) {
            JsonObject answer = answer("StaleFence", "A later holder of '" + name + "' has written: the lock was lost")
                    .put("resourceName", name)
                    .put("fencingToken", fence)
                    .put("newestFencingToken", stale.newestFence());
            end(request, PRECONDITION_FAILED, answer);
            return;
        }
        request.next();
    }

    /** 0 if it is no number of the kind. */
    private static long parse(String token) {
        try {
            return token.isEmpty() || !Character.isDigit(token.charAt(0)) ? 0 : Long.parseLong(token);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static void refuse(RoutingContext request, int code, String status, String message) {
        end(request, code, answer(status, message));
    }

    private static JsonObject answer(String status, String message) {
        return new JsonObject().put("success", false).put("status", status).put("message", message);
    }

    private static void end(RoutingContext request, int code, JsonObject answer) {
        request.response()
                .setStatusCode(code)
                .putHeader("Content-Type", "application/json")
                .end(answer.toBuffer());
    }
}
