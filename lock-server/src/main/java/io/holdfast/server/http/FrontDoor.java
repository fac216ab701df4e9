package io.holdfast.server.http;

import io.holdfast.protocol.ApiPaths;
import io.holdfast.protocol.ClusterAnswer;
import io.holdfast.protocol.HealthAnswer;
import io.holdfast.protocol.InvalidRequestException;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.NodeRequest;
import io.holdfast.protocol.RequestRules;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.server.service.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes the requests of a node that is one of several: it serves them while it leads, and passes them on to the leader
 * otherwise. While nobody leads, requests wait a little: a change of leader is to be felt as a pause and not as an error.
 * Confined to the event loop.
 */
public final class FrontDoor implements Handler<HttpServerRequest> {
    /** Twice as long as an election takes. */
    private static final long PATIENCE_MILLIS = 3_000;

    private static final int MAX_DEFERRED = 10_000;

    private final Connections connections;
    private final RequestRules rules;
    private final int maxBodyBytes;
    private final boolean onLoopback;
    private final Membership membership;
    private final BackupRoute backup;
    private final TimeSource time;
    private final Supplier<ClusterAnswer> cluster;
    private final Forwarder forwarder;
    private final Deque<Deferred> deferred = new ArrayDeque<>();
    private @Nullable Handler<HttpServerRequest> serving;
    private Supplier<HealthAnswer> readiness = () -> HealthAnswer.UP;
    private @Nullable SocketAddress leader;

    /** Changes who belongs to the cluster; asked on the node that leads. */
    public interface Membership {
        /** Adds a node that waits for it. */
        Future<LockAnswer> add(NodeRequest node);

        /** Removes a node, for good under this name with this directory. */
        Future<LockAnswer> remove(NodeRequest node);
    }

    private record Deferred(HttpServerRequest request, OpenConnection connection, long sinceMillis) {}

    /**
     * Creates the door of a node that neither leads nor knows who does.
     *
     * @param nodeId this node's name
     * @param onLoopback whether nobody can reach it from another machine
     * @param cluster what this node knows of the others now
     */
    public FrontDoor(
            Vertx vertx,
            String nodeId,
            Connections connections,
            RequestRules rules,
            int maxBodyBytes,
            boolean onLoopback,
            TimeSource time,
            Supplier<ClusterAnswer> cluster,
            Membership membership,
            BackupRoute backup) {
        this.forwarder = new Forwarder(vertx, nodeId, connections, maxBodyBytes);
        this.connections = connections;
        this.rules = rules;
        this.maxBodyBytes = maxBodyBytes;
        this.onLoopback = onLoopback;
        this.membership = membership;
        this.backup = backup;
        this.time = time;
        this.cluster = cluster;
    }

    /** This node leads. */
    public void serve(Handler<HttpServerRequest> routes, Supplier<HealthAnswer> ready) {
        serving = routes;
        readiness = ready;
        forwarder.lead(null);
        letIn();
    }

    /** This node does not lead; null if nobody is known to. */
    public void follow(@Nullable SocketAddress newLeader) {
        serving = null;
        leader = newLeader;
        forwarder.lead(newLeader);
        letIn();
    }

    @Override
    public void handle(HttpServerRequest request) {
        String path = request.path();
        boolean own = ApiPaths.CLUSTER.equals(path)
                || ApiPaths.CLUSTER_ADD.equals(path)
                || ApiPaths.CLUSTER_REMOVE.equals(path)
                || ApiPaths.BACKUP.equals(path);
        if (serving != null && !own) {
            serving.handle(request);
            return;
        }
        OpenConnection connection = connections.requestStarted(request);
        if (connection == null || path == null) {
            return; // it is being closed
        }
        switch (path) {
            case ApiPaths.CLUSTER ->
                ifGet(request, () -> Answers.send(request, 200, cluster.get().toJson()));
            // Of this node's own log: the file is wanted on the machine that was asked.
            case ApiPaths.BACKUP -> backup.handle(request);
            case ApiPaths.LIVEZ -> ifGet(request, () -> Answers.send(request, HealthAnswer.UP));
            case ApiPaths.READYZ -> ifGet(request, () -> Answers.send(request, readiness()));
            default -> {
                if (serving == null) {
                    pass(request, connection);
                } else {
                    change(request, path.equals(ApiPaths.CLUSTER_ADD));
                }
            }
        }
    }

    private void change(HttpServerRequest request, boolean add) {
        if (request.method().equals(HttpMethod.POST)) {
            BodyReader.read(request, connections, maxBodyBytes, (whole, body) -> change(whole, body, add));
        } else {
            LockRoutes.methodNotAllowed(request, "POST");
        }
    }

    private void change(HttpServerRequest request, byte[] body, boolean add) {
        LockAnswer refusal = LockRoutes.refusalToOperate(request, onLoopback);
        if (refusal != null) {
            Answers.send(request, refusal);
            return;
        }
        try {
            Future<LockAnswer> changed = add
                    ? membership.add(NodeRequest.readWithAddresses(body, rules))
                    : membership.remove(NodeRequest.read(body, rules));
            changed.onSuccess(answer -> Answers.send(request, answer));
        } catch (InvalidRequestException e) {
            Answers.send(request, e.answer());
        }
    }

    /** Whether this node can do something for a client, itself or by passing on. */
    private HealthAnswer readiness() {
        if (serving != null) {
            return readiness.get();
        }
        return leader == null ? new HealthAnswer(false, UnavailableReason.NO_QUORUM) : HealthAnswer.UP;
    }

    private static void ifGet(HttpServerRequest request, Runnable answer) {
        if (request.method().equals(HttpMethod.GET)) {
            answer.run();
        } else {
            LockRoutes.methodNotAllowed(request, "GET");
        }
    }

    private void pass(HttpServerRequest request, OpenConnection connection) {
        if (forwarder.hasSeen(request)) {
            Forwarder.refuse(request);
        } else {
            pass(new Deferred(request, connection, time.nowMillis()));
        }
    }

    private void pass(Deferred request) {
        if (leader == null) {
            defer(request);
        } else {
            forwarder.pass(request.request, request.connection, () -> defer(request));
        }
    }

    private void defer(Deferred request) {
        if (deferred.size() >= MAX_DEFERRED) {
            refuse(request);
        } else {
            request.request.pause();
            deferred.add(request);
        }
    }

    private static void refuse(Deferred request) {
        request.request.resume();
        Forwarder.refuse(request.request);
    }

    private void letIn() {
        if (serving == null && leader == null) {
            return;
        }
        for (int left = deferred.size(); left > 0; left--) {
            Deferred next = deferred.remove();
            if (serving != null) {
                serving.handle(next.request);
                next.request.resume();
            } else {
                pass(next);
            }
        }
    }

    /** Lets nobody wait for a leader too long. To be called every 100 ms. */
    public void tick() {
        long nowMillis = time.nowMillis();
        deferred.removeIf(waiting -> {
            boolean tooLong = nowMillis - waiting.sinceMillis >= PATIENCE_MILLIS;
            if (tooLong) {
                refuse(waiting);
            }
            return tooLong;
        });
    }
}
