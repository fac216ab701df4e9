package io.holdfast.server.log.ratis;

import io.holdfast.server.core.LockTable;
import io.holdfast.server.log.DamagedLogException;
import io.holdfast.server.log.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.ExitUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node that keeps the log, alone or with others: a Ratis server of one group. Every entry is synced before anything in it
 * is called durable. The first write that fails on this node fences it: nothing is called durable any more, and the watcher
 * is told once.
 *
 * <p>Thread-safe; the watcher is called on the event loop.
 */
public final class RatisNode {
    private static final Logger LOG = LoggerFactory.getLogger(RatisNode.class);
    private static final long ADMIN_CALL = 0;
    private static final long ADMIN_TIMEOUT_MILLIS = 60_000;

    private final Group group;
    private final Executor loop;
    private final Watcher watcher;
    private final LogMachine machine;
    private final Snapshots snapshots;
    private final RaftServer server;
    private final int snapshotAfter;
    private final Appender appender;
    private final ExecutorService snapshotter = daemon("holdfast-snapshot");
    private final ClientId client = ClientId.randomId();
    private final AtomicLong commandsSinceSnapshot;
    private final AtomicBoolean snapshotUnderWay = new AtomicBoolean();
    private volatile long holdsInSnapshot;
    private volatile boolean closing;

    /** Touched on the loop only, like {@link #failed}. */
    private @Nullable RatisLog current;

    private boolean failed;

    /** Who is told, on the event loop, what becomes of the node. */
    public interface Watcher {
        /** The node leads: from now on whoever is told this serves the log's table. */
        void leads(RatisLog log);

        /** The node leads no more. Nothing that was not durable may be told; {@link RatisLog} sees to that. */
        void follows();

        /** The log cannot be written, or not be read, on this node: stop. Told once; the text is fit to be shown. */
        void failed(String why);
    }

    private RatisNode(LogSetup setup, Group group, Executor loop, Watcher watcher) throws IOException {
        this.group = group;
        this.loop = loop;
        this.watcher = watcher;
        this.machine = new LogMachine(setup.emptyTable(), new Owner());
        this.snapshots = new Snapshots(machine);
        this.snapshotAfter = setup.snapshotAfter();
        this.commandsSinceSnapshot = new AtomicLong(group.turn(snapshotAfter));
        this.server = RaftServer.newBuilder()
                .setServerId(group.selfId())
                .setGroup(group.toRatis())
                .setProperties(RatisSettings.of(setup.directory(), group))
                .setStateMachine(machine)
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
        this.appender = new Appender(server, group, client);
    }

    static ExecutorService daemon(String name) {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Opens the log. Blocks until it is read; the watcher is told when the node leads.
     *
     * @param loop the event loop
     * @throws IOException if the log cannot be opened or is damaged; the message is fit to be shown
     */
    public static RatisNode open(LogSetup setup, Group group, Executor loop, Watcher watcher) throws IOException {
        try {
            LogFiles.check(setup.directory());
        } catch (DamagedLogException e) {
            throw new IOException("cannot open the log: " + e.getMessage(), e);
        }
        // Else Ratis ends the process by itself when its port is taken; as an exception that is one line.
        ExitUtils.disableSystemExit();
        RatisNode node = new RatisNode(setup, group, loop, watcher);
        try {
            node.server.start();
            return node;
        } catch (IOException | RuntimeException e) {
            throw node.unopened(e);
        }
    }

    /** Waits for what comes when the log is read; closes it if that does not come. */
    <T> T await(CompletableFuture<T> opened) throws IOException {
        try {
            return opened.get(10, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unopened(e);
        } catch (RuntimeException | ExecutionException | TimeoutException e) {
            throw unopened(e);
        }
    }

    private IOException unopened(Exception cause) {
        IOException failure = new IOException("cannot open the log: " + describe(cause), cause);
        try {
            close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    boolean isAlone() {
        return group.isAlone();
    }

    private RaftServer.Division division() throws IOException {
        return server.getDivision(Group.ID);
    }

    /** What the machine tells, on threads of Ratis. */
    private final class Owner implements LogMachine.Owner {
        @Override
        public void leads(long term, LockTable table) {
            loop.execute(() -> {
                RatisLog log = new RatisLog(RatisNode.this, term, table, loop);
                current = log;
                watcher.leads(log);
            });
        }

        @Override
        public void follows() {
            loop.execute(RatisNode.this::endTerm);
        }

        @Override
        public void applied(long commands) {
            long since = commandsSinceSnapshot.addAndGet(commands);
            if (since >= Math.max(snapshotAfter, holdsInSnapshot) && !snapshotUnderWay.get()) {
                CompletableFuture<Void> unused = makeSnapshot();
            }
        }

        @Override
        public void failed(Throwable cause) {
            loop.execute(() -> fail(describe(cause)));
        }
    }

    private void endTerm() {
        RatisLog ended = current;
        current = null;
        if (ended != null) {
            ended.end();
            watcher.follows();
        }
    }

    private void fail(String why) {
        // What was under way when the log was closed is not taken any more, and nothing is wrong.
        if (!failed && !closing) {
            failed = true;
            if (current != null) {
                current.end();
            }
            watcher.failed(why);
        }
    }

    /**
     * An entry, or a look, of that term was not taken. With others around, the next leader says what became of it; alone,
     * nobody does. On the loop.
     */
    void refused(long term, @Nullable Throwable cause) {
        if (isAlone()) {
            fail(describe(cause));
            return;
        }
        if (!closing) {
            LOG.info("The log did not take an entry of term {}: {}", term, describe(cause));
        }
        machine.lose(term);
        appender.later(() -> {
            // The table that was served is gone, so this node must not go on leading in that term.
            try {
                DivisionInfo info = division().getInfo();
                if (info.isLeader() && info.getCurrentTerm() == term) {
                    boolean unused = transferTo(null, ADMIN_TIMEOUT_MILLIS);
                }
            } catch (IOException | RuntimeException e) {
                LOG.error("Cannot give up the lead: {}", describe(e));
            }
        });
    }

    /**
     * Begins to make a snapshot, so that the log up to here can be forgotten, unless one is being made. The future ends with
     * it.
     */
    CompletableFuture<Void> makeSnapshot() {
        if (!snapshotUnderWay.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(null);
        }
        commandsSinceSnapshot.set(0);
        return CompletableFuture.runAsync(this::snapshot, snapshotter)
                .whenComplete((done, thrown) -> snapshotUnderWay.set(false));
    }

    /**
     * Writes all that is durable now to a file of its own, out of the log, so that no request waits for it. The future ends
     * with it, on a thread of the node's, and says how many locks are in it.
     */
    public CompletableFuture<Integer> backUp(Path file, long takenAtMillis, long maxTtlMillis) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return snapshots.backUp(durableIndex(), file, takenAtMillis, maxTtlMillis);
                    } catch (IOException e) {
                        throw new UncheckedIOException(describe(e), e);
                    }
                },
                snapshotter);
    }

    /** Up to which entry anything may have been told. */
    private long durableIndex() throws IOException {
        return isAlone()
                ? division().getRaftLog().getFlushIndex() // applied a little later
                : machine.getLastAppliedTermIndex().getIndex();
    }

    long commandsSinceSnapshot() {
        return commandsSinceSnapshot.get();
    }

    private void snapshot() {
        try {
            holdsInSnapshot = snapshots.make();
            RaftClientReply reply = server.snapshotManagement(SnapshotManagementRequest.newCreate(
                    client, group.selfId(), Group.ID, ADMIN_CALL, ADMIN_TIMEOUT_MILLIS, 0));
            if (!reply.isSuccess()) {
                throw new IOException(describe(reply.getException()));
            }
        } catch (IOException | RuntimeException e) {
            // The log is whole without it, only longer; if the disk is at fault, the next entry finds out.
            LOG.error("Cannot make a snapshot: {}", describe(e));
        }
    }

    /** See {@link Appender#submit}. */
    void submit(long term, @Nullable ByteBuffer entry, Consumer<@Nullable Throwable> settled) {
        appender.submit(term, entry, settled);
    }

    /** What this node knows of the group now. */
    public View view() {
        try {
            RaftServer.Division division = division();
            DivisionInfo info = division.getInfo();
            RaftPeerId leader = info.getLeaderId();
            List<MemberView> members = division.getRaftConf().getCurrentPeers().stream()
                    .sorted(Comparator.comparing(peer -> peer.getId().toString()))
                    .map(peer -> new MemberView(Group.member(peer), appliedIndex(division, peer.getId())))
                    .toList();
            return new View(
                    role(info),
                    info.getCurrentTerm(),
                    leader == null ? null : memberOf(leader.toString(), members),
                    members);
        } catch (IOException e) {
            return new View(Role.STARTING, 0, null, List.of());
        }
    }

    private static Role role(DivisionInfo info) {
        return switch (info.getCurrentRole()) {
            case LEADER -> Role.LEADER;
            case CANDIDATE -> Role.CANDIDATE;
            default -> Role.FOLLOWER;
        };
    }

    private static @Nullable Member memberOf(String raftId, List<MemberView> members) {
        return members.stream()
                .map(MemberView::member)
                .filter(member -> member.raftId().equals(raftId))
                .findFirst()
                .orElse(null);
    }

    private static long appliedIndex(RaftServer.Division division, RaftPeerId peer) {
        if (peer.equals(division.getId())) {
            return division.getInfo().getLastAppliedIndex();
        }
        return division.getCommitInfos().stream()
                .filter(info -> info.getServer().getId().toStringUtf8().equals(peer.toString()))
                .mapToLong(CommitInfoProto::getCommitIndex)
                .findFirst()
                .orElse(-1);
    }

    /** What part a node plays. */
    public enum Role {
        /** It reads what it has. */
        STARTING,
        /** It does what the leader says. */
        FOLLOWER,
        /** It asks the others to make it leader. */
        CANDIDATE,
        /** It serves. */
        LEADER
    }

    /**
     * A node, and up to which entry it has the log.
     *
     * @param appliedIndex as far as this node knows; -1 if it does not
     */
    public record MemberView(Member member, long appliedIndex) {}

    /**
     * The group as one node sees it.
     *
     * @param leader null if it knows of none
     */
    public record View(Role role, long term, @Nullable Member leader, List<MemberView> members) {}

    /**
     * Hands the lead over to the member that is least behind, if this node has it. Blocks.
     *
     * @return whether this node does not lead now
     */
    public boolean handOver(long timeoutMillis) {
        View view = view();
        if (view.role() != Role.LEADER) {
            return true;
        }
        Optional<Member> next = view.members().stream()
                .filter(other -> !other.member().raftId().equals(group.selfId().toString()))
                .max(Comparator.comparingLong(MemberView::appliedIndex))
                .map(MemberView::member);
        return next.isPresent() && handOverTo(next.get(), timeoutMillis);
    }

    /** The same to a certain member. */
    boolean handOverTo(Member next, long timeoutMillis) {
        try {
            return transferTo(next.raftId(), timeoutMillis);
        } catch (IOException | RuntimeException e) {
            LOG.info("Cannot hand over the lead: {}", describe(e));
            return false;
        }
    }

    /** To nobody in particular with null. */
    private boolean transferTo(@Nullable String raftId, long timeoutMillis) throws IOException {
        RaftClientReply reply = server.transferLeadership(new TransferLeadershipRequest(
                client,
                group.selfId(),
                Group.ID,
                ADMIN_CALL,
                raftId == null ? null : RaftPeerId.valueOf(raftId),
                timeoutMillis));
        return reply.isSuccess();
    }

    /**
     * Makes these the members of the group. To be called on the leader. Blocks until a majority of the old and of the new
     * members has it.
     *
     * @throws IOException if it did not come to that; the message is fit to be shown
     */
    public void setMembers(List<Member> members) throws IOException {
        List<RaftPeer> peers = members.stream().map(Group::peer).toList();
        RaftClientReply reply = server.setConfiguration(new SetConfigurationRequest(
                client,
                group.selfId(),
                Group.ID,
                ADMIN_CALL,
                SetConfigurationRequest.Arguments.newBuilder()
                        .setServersInNewConf(peers)
                        .build()));
        if (!reply.isSuccess()) {
            throw new IOException(describe(reply.getException()));
        }
    }

    /** Closes the log; what was not durable may be or not. Blocks. */
    public void close() throws IOException {
        closing = true;
        appender.close();
        snapshotter.shutdown();
        server.close();
    }

    private static String describe(@Nullable Throwable cause) {
        Throwable root = cause;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        if (root == null) {
            return "unknown";
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
