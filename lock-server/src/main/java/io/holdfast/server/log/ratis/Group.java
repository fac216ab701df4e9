package io.holdfast.server.log.ratis;

import io.holdfast.server.log.Member;
import java.util.List;
import java.util.UUID;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;

/**
 * Who replicates the log, as far as a node knows when it starts; afterwards the log itself says so. Immutable.
 *
 * @param self this node; null if it is alone, and nobody needs to reach it
 * @param members all nodes; empty if this one waits to be added
 */
public record Group(@Nullable Member self, List<Member> members) {
    /** One node that has no peers. */
    public static final Group ALONE = new Group(null, List.of());

    static final RaftGroupId ID = RaftGroupId.valueOf(UUID.fromString("8a1f6c0e-6f0d-4f5e-9a43-2f1d7c5be001"));
    private static final RaftPeerId ALONE_ID = RaftPeerId.valueOf("n1");

    boolean isAlone() {
        return self == null;
    }

    /**
     * How far into a period this node begins. The log is the same everywhere, so what nodes do after so many commands they
     * would all do at once; a majority should not be busy with it at any time.
     */
    int turn(int period) {
        int place = self == null ? 0 : members.indexOf(self);
        return place <= 0 ? 0 : (int) ((long) period * place / members.size());
    }

    RaftPeerId selfId() {
        return self == null ? ALONE_ID : RaftPeerId.valueOf(self.raftId());
    }

    RaftGroup toRatis() {
        return self == null
                ? RaftGroup.valueOf(ID, RaftPeer.newBuilder().setId(ALONE_ID).build())
                : RaftGroup.valueOf(ID, members.stream().map(Group::peer).toList());
    }

    /** What is the client's address to Ratis is where clients of ours go; it keeps it with the membership. */
    static RaftPeer peer(Member member) {
        return RaftPeer.newBuilder()
                .setId(member.raftId())
                .setAddress(member.address())
                .setClientAddress(member.httpAddress())
                .build();
    }

    static Member member(RaftPeer peer) {
        return Member.of(peer.getId().toString(), peer.getAddress(), peer.getClientAddress());
    }
}
