package io.holdfast.server.log.ratis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * How entries come into the log. One of several nodes is a client of its own: Ratis says when a majority has an entry. Where
 * nobody else has a say, what is synced is committed. So there an entry goes straight to Ratis' log, and of the five threads it
 * would wake one after the other before it is called durable, it wakes the one that writes. Confined to the event loop,
 * but for {@link #close}.
 */
final class Appender {
    private final RaftServer server;
    private final Group group;
    private final ClientId client;
    private final ByteString clientId;
    /** Being a client blocks now and then. */
    private final ExecutorService thread = RatisNode.daemon("holdfast-log");
    /** Touched by that thread only; by the event loop only where the node is alone. */
    private long calls;

    Appender(RaftServer server, Group group, ClientId client) {
        this.server = server;
        this.group = group;
        this.client = client;
        this.clientId = client.toByteString();
    }

    /**
     * Brings an entry of a term into the log, or looks whether this node leads still.
     *
     * @param entry what to append; null to look, which a node that is alone need not
     * @param settled told on any thread when the entry is durable, with null, or why that cannot be said
     */
    void submit(long term, @Nullable ByteBuffer entry, Consumer<@Nullable Throwable> settled) {
        if (group.isAlone()) {
            append(term, Objects.requireNonNull(entry), settled);
        } else if (!later(() -> ask(entry, settled))) {
            settled.accept(new IOException("the log is closed"));
        }
    }

    private void append(long term, ByteBuffer entry, Consumer<@Nullable Throwable> settled) {
        try {
            RaftLog log = division().getRaftLog();
            CompletableFuture<Long> unused = log.appendEntry(LogEntryProto.newBuilder()
                            .setTerm(term)
                            .setIndex(log.getNextIndex())
                            .setStateMachineLogEntry(StateMachineLogEntryProto.newBuilder()
                                    .setType(StateMachineLogEntryProto.Type.WRITE)
                                    .setClientId(clientId)
                                    .setCallId(++calls)
                                    .setLogData(UnsafeByteOperations.unsafeWrap(entry)))
                            .build())
                    .whenComplete((index, thrown) -> settled.accept(thrown));
        } catch (IOException | RuntimeException e) {
            settled.accept(e);
        }
    }

    private void ask(@Nullable ByteBuffer entry, Consumer<@Nullable Throwable> settled) {
        try {
            CompletableFuture<RaftClientReply> unused = ((RaftClientAsynchronousProtocol) division())
                    .submitClientRequestAsync(request(entry))
                    .whenComplete((reply, thrown) -> settled.accept(refusal(reply, thrown)));
        } catch (IOException | RuntimeException e) {
            settled.accept(e);
        }
    }

    private static @Nullable Throwable refusal(@Nullable RaftClientReply reply, @Nullable Throwable thrown) {
        if (reply != null && reply.isSuccess()) {
            return null;
        }
        Throwable cause = reply == null ? thrown : reply.getException();
        return cause == null ? new IOException("no reason given") : cause;
    }

    private RaftClientRequest request(@Nullable ByteBuffer entry) {
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(group.selfId())
                .setGroupId(Group.ID)
                .setCallId(++calls)
                .setMessage(entry == null ? Message.EMPTY : Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
                .setType(entry == null ? RaftClientRequest.readRequestType() : RaftClientRequest.writeRequestType())
                .build();
    }

    private RaftServer.Division division() throws IOException {
        return server.getDivision(Group.ID);
    }

    /** Does what may block, after what was submitted before; false if this is closed, and it is not done. */
    boolean later(Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    void close() {
        thread.shutdown();
    }
}
