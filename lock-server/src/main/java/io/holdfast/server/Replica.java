package io.holdfast.server;

import io.holdfast.protocol.ClusterAnswer;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.server.http.BackupRoute;
import io.holdfast.server.http.Connections;
import io.holdfast.server.http.FrontDoor;
import io.holdfast.server.log.Member;
import io.holdfast.server.log.NodeFile;
import io.holdfast.server.log.Promises;
import io.holdfast.server.log.RestartState;
import io.holdfast.server.log.StateFile;
import io.holdfast.server.log.ratis.Group;
import io.holdfast.server.log.ratis.RatisLog;
import io.holdfast.server.log.ratis.RatisNode;
import io.holdfast.server.service.TimeSource;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a cluster: finds its members, keeps the log with them, serves while it leads, and stands behind the
 * {@link FrontDoor} otherwise. Confined to the event loop.
 */
final class Replica implements Node, RatisNode.Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    /** More events than this do not happen in one term, nor terms in the life of a cluster than are left for. */
    private static final int EVENT_BITS = 32;

    private final Vertx vertx;
    private final Executor loop;
    private final LockServerConfig config;
    private final ClusterConfig cluster;
    private final TimeSource time;
    private final Consumer<String> dying;
    private final StateFile directory;
    private final @Nullable RestartState last;
    private final long recoveredAtMillis;
    private NodeFile.Content self;
    private @Nullable Clients clients;
    private @Nullable RatisNode node;
    private @Nullable Serving serving;
    private long watch = -1;

    /** Reads who this node is in the data directory, or says it there. Blocks. */
    static Replica in(StateFile directory, NodeSetup setup) throws IOException {
        return new Replica(setup, directory, directory.read(), identify(setup.config(), directory));
    }

    private Replica(NodeSetup setup, StateFile directory, @Nullable RestartState last, NodeFile.Content self) {
        this.vertx = setup.vertx();
        this.loop = setup.loop();
        this.config = setup.config();
        this.cluster = Objects.requireNonNull(config.cluster());
        this.time = setup.time();
        this.dying = setup.dying();
        this.directory = directory;
        this.last = last;
        this.recoveredAtMillis = time.nowMillis() + Promises.mustWaitFor(last);
        this.self = self;
    }

    /** The side that faces clients. */
    private record Clients(FrontDoor door, Connections connections, boolean onLoopback, BackupRoute backup) {}

    /** What is in the data directory of a node: its name, and what the directory is called. Blocks. */
    private static NodeFile.Content identify(LockServerConfig config, StateFile state) throws IOException {
        ClusterConfig cluster = Objects.requireNonNull(config.cluster());
        DurableStorage.requireNotHalfRestored(config.dataDir());
        NodeFile file = new NodeFile(config.dataDir());
        NodeFile.Content content = file.read();
        if (content == null) {
            if (DurableStorage.isIn(config.dataDir()) || state.read() != null) {
                throw new IOException("data directory " + config.dataDir().toAbsolutePath()
                        + " holds the state of a server that is alone: set dataDir to another directory");
            }
            content = new NodeFile.Content(cluster.nodeId(), UUID.randomUUID().toString(), List.of());
            file.write(content);
        } else if (!content.nodeId().equals(cluster.nodeId())) {
            throw new IOException("data directory " + config.dataDir().toAbsolutePath() + " belongs to node \""
                    + content.nodeId() + "\", not \"" + cluster.nodeId() + "\"");
        }
        return content;
    }

    /** Opens the door to clients; until this node takes part it can only say who it is. */
    @Override
    public Handler<HttpServerRequest> open(Connections connections, boolean onLoopback) {
        BackupRoute backup =
                new BackupRoute(new Backups(config, time, loop, () -> node == null ? null : node::backUp), onLoopback);
        FrontDoor door = new FrontDoor(
                vertx,
                cluster.nodeId(),
                connections,
                config.rules(),
                config.http().maxBodyBytes(),
                onLoopback,
                time,
                this::view,
                new Members(vertx, () -> Objects.requireNonNull(node), this::refusalToChange),
                backup);
        clients = new Clients(door, connections, onLoopback, backup);
        return door;
    }

    private Clients clients() {
        return Objects.requireNonNull(clients);
    }

    /** Finds the members and begins to take part; the nodes find each other by asking. */
    @Override
    public Future<?> begin() {
        watch = vertx.setPeriodic(Ticks.PERIOD_MS, id -> watch());
        Recovery.noteAfter(
                recoveryMillis(),
                vertx,
                () -> directory.write(Objects.requireNonNull(last).recovered()));
        Future<List<Member>> members = self.members().isEmpty()
                ? new Formation(vertx, cluster, self, this::tellWaiting).members()
                : Future.succeededFuture(self.members());
        return members.compose(found -> vertx.executeBlocking(() -> open(found)))
                .onSuccess(opened -> node = opened);
    }

    /** How long locks that were granted after the backup this node was restored from may still be believed in. */
    private long recoveryMillis() {
        return Math.max(0, recoveredAtMillis - time.nowMillis());
    }

    /** Another member would know nothing of a recovery, and grant. */
    private @Nullable UnavailableReason refusalToChange() {
        if (node == null) {
            return UnavailableReason.STARTING;
        }
        return recoveryMillis() > 0 ? UnavailableReason.RECOVERING : null;
    }

    private void tellWaiting(List<ClusterConfig.Peer> missing) {
        LOG.info(
                "Waiting for the first meeting of all nodes; not heard of yet: {}",
                String.join(", ", missing.stream().map(ClusterConfig.Peer::id).toList()));
    }

    private RatisNode open(List<Member> members) {
        Member me = members.stream()
                .filter(member -> member.id().equals(cluster.nodeId()))
                .findFirst()
                .orElseGet(this::asConfigured);
        try {
            if (!members.isEmpty()) {
                self = new NodeFile.Content(self.nodeId(), self.storageId(), members);
                new NodeFile(config.dataDir()).write(self);
            }
            return RatisNode.open(DurableStorage.setup(config), new Group(me, members), loop, this);
        } catch (IOException e) {
            throw new StartupException(Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }

    private Member asConfigured() {
        ClusterConfig.Peer me = cluster.self();
        return new Member(me.id(), self.storageId(), me.address(), me.httpAddress());
    }

    @Override
    public void leads(RatisLog log) {
        LOG.info("Leading in term {} with {} locks", log.term(), log.table().size());
        StoredState.keep(log, null, time.wallMillis());
        serving = new Serving(
                vertx,
                config,
                time,
                new StoredState(log.table(), log, Promises.unlimited(), recoveryMillis(), log.term() << EVENT_BITS),
                clients().connections,
                clients().onLoopback,
                clients().backup);
        clients().door.serve(serving.routes(), serving.service()::readiness);
    }

    @Override
    public void follows() {
        if (serving != null) {
            LOG.info("Leading no more");
            clients().door.follow(null);
            serving.lose();
            serving = null;
        }
    }

    @Override
    public void failed(String why) {
        dying.accept(why);
    }

    private void watch() {
        clients().door.tick();
        if (node != null && serving == null) {
            Member leader = node.view().leader();
            boolean another = leader != null && !leader.id().equals(cluster.nodeId());
            clients().door.follow(another ? ClusterConfig.socketAddress(leader.httpAddress()) : null);
        }
    }

    private ClusterAnswer view() {
        if (node == null) {
            return self.members().isEmpty()
                    ? unmet(ClusterAnswer.Role.FORMING)
                    : new ClusterAnswer(
                            cluster.nodeId(),
                            ClusterAnswer.Role.STARTING,
                            0,
                            null,
                            self.members().stream()
                                    .map(member -> answer(member, -1, -1))
                                    .toList());
        }
        RatisNode.View view = node.view();
        if (view.members().isEmpty()) {
            return unmet(ClusterAnswer.Role.JOINING);
        }
        long newest = view.members().stream()
                .mapToLong(RatisNode.MemberView::appliedIndex)
                .max()
                .orElse(-1);
        Member leader = view.leader();
        return new ClusterAnswer(
                cluster.nodeId(),
                role(view.role()),
                view.term(),
                leader == null ? null : leader.id(),
                view.members().stream()
                        .map(seen -> answer(
                                seen.member(),
                                seen.appliedIndex(),
                                seen.appliedIndex() < 0 ? -1 : newest - seen.appliedIndex()))
                        .toList());
    }

    private ClusterAnswer unmet(ClusterAnswer.Role role) {
        return new ClusterAnswer(
                cluster.nodeId(),
                role,
                0,
                null,
                cluster.peers().stream().map(this::unmet).toList());
    }

    private ClusterAnswer.Node unmet(ClusterConfig.Peer peer) {
        String storageId = peer.id().equals(cluster.nodeId()) ? self.storageId() : null;
        return new ClusterAnswer.Node(peer.id(), storageId, peer.address(), peer.httpAddress(), -1, -1);
    }

    private static ClusterAnswer.Node answer(Member member, long appliedIndex, long lag) {
        return new ClusterAnswer.Node(
                member.id(), member.storageId(), member.address(), member.httpAddress(), appliedIndex, lag);
    }

    private static ClusterAnswer.Role role(RatisNode.Role role) {
        return switch (role) {
            case STARTING -> ClusterAnswer.Role.STARTING;
            case FOLLOWER -> ClusterAnswer.Role.FOLLOWER;
            case CANDIDATE -> ClusterAnswer.Role.CANDIDATE;
            case LEADER -> ClusterAnswer.Role.LEADER;
        };
    }

    /** Hands the lead over, so that the others need not find out by its absence. */
    @Override
    public Future<?> end(long timeoutMillis) {
        RatisNode leaving = node;
        if (leaving == null) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(() -> leaving.handOver(timeoutMillis));
    }

    @Override
    public Future<?> close() {
        vertx.cancelTimer(watch);
        RatisNode closing = node;
        return vertx.executeBlocking(() -> {
            try (StateFile lock = directory) {
                if (closing != null) {
                    closing.close();
                }
            }
            return true;
        });
    }
}
