package io.holdfast.server;

import io.holdfast.protocol.ClusterAnswer;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.NodeRequest;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.server.http.FrontDoor;
import io.holdfast.server.log.Member;
import io.holdfast.server.log.ratis.RatisNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Adds and removes nodes, one at a time, on the node that leads. A node is added with the directory it has now, and under
 * no other. Confined to the event loop.
 */
final class Members implements FrontDoor.Membership {
    private static final int TIMEOUT_MS = 5_000;

    private final Vertx vertx;
    private final HttpClient client;
    private final Supplier<RatisNode> node;
    private final Supplier<@Nullable UnavailableReason> refusal;

    /**
     * Creates it.
     *
     * @param node this node, to be asked for only when nothing is refused
     * @param refusal why members cannot be changed now, or null
     */
    Members(Vertx vertx, Supplier<RatisNode> node, Supplier<@Nullable UnavailableReason> refusal) {
        this.vertx = vertx;
        this.client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(TIMEOUT_MS));
        this.node = node;
        this.refusal = refusal;
    }

    @Override
    public Future<LockAnswer> add(NodeRequest request) {
        return unlessRefused(() -> find(request));
    }

    private Future<LockAnswer> find(NodeRequest request) {
        String httpAddress = Objects.requireNonNull(request.httpAddress());
        return Formation.ask(client, httpAddress)
                .compose(
                        newcomer -> add(request, newcomer),
                        unreachable -> refused("There is no node of a cluster at " + httpAddress));
    }

    private Future<LockAnswer> add(NodeRequest request, ClusterAnswer newcomer) {
        ClusterAnswer.Node itself = newcomer.node(request.id());
        String storageId = itself == null ? null : itself.storageId();
        if (!newcomer.nodeId().equals(request.id()) || storageId == null) {
            return refused("At " + request.httpAddress() + " is node " + newcomer.nodeId() + ", not " + request.id());
        }
        Member added = new Member(
                request.id(),
                storageId,
                Objects.requireNonNull(request.address()),
                Objects.requireNonNull(request.httpAddress()));
        List<Member> members = members();
        if (members.contains(added)) {
            return Future.succeededFuture(LockAnswer.done("Node " + request.id() + " is a member"));
        }
        if (members.stream().anyMatch(member -> member.id().equals(request.id()))) {
            return refused("Another node " + request.id() + " is a member; remove it first, or use a new name");
        }
        if (newcomer.isFormed()) {
            return refused("Node " + request.id() + " belongs to a cluster already");
        }
        if (newcomer.role() != ClusterAnswer.Role.JOINING) {
            return Future.succeededFuture(LockAnswer.unavailable(UnavailableReason.STARTING, 1_000));
        }
        members.add(added);
        return set(members, "Node " + request.id() + " was added");
    }

    @Override
    public Future<LockAnswer> remove(NodeRequest request) {
        return unlessRefused(() -> take(request));
    }

    private Future<LockAnswer> unlessRefused(Supplier<Future<LockAnswer>> change) {
        UnavailableReason reason = refusal.get();
        return reason == null ? change.get() : Future.succeededFuture(LockAnswer.unavailable(reason, 1_000));
    }

    private Future<LockAnswer> take(NodeRequest request) {
        List<Member> members = members();
        Member leader = node.get().view().leader();
        if (members.stream().noneMatch(member -> member.id().equals(request.id()))) {
            return refused("There is no node " + request.id());
        }
        if (leader != null && leader.id().equals(request.id())) {
            return refused("Node " + request.id() + " leads; stop it first, so that it hands over the lead");
        }
        members.removeIf(member -> member.id().equals(request.id()));
        return set(members, "Node " + request.id() + " was removed");
    }

    private List<Member> members() {
        List<Member> members = new ArrayList<>();
        node.get().view().members().forEach(seen -> members.add(seen.member()));
        return members;
    }

    private Future<LockAnswer> set(List<Member> members, String done) {
        return vertx.executeBlocking(() -> {
                    node.get().setMembers(members);
                    return LockAnswer.done(done);
                })
                .otherwise(e -> LockAnswer.refused(
                        Status.UNKNOWN, "The members may have changed; look at /api/cluster: " + e.getMessage()));
    }

    private static Future<LockAnswer> refused(String why) {
        return Future.succeededFuture(LockAnswer.refused(Status.BAD_REQUEST, why));
    }
}
