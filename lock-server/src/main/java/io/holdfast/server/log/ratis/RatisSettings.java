package io.holdfast.server.log.ratis;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.NetUtils;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** How Ratis is set up, and why it is not left as it comes. */
final class RatisSettings {
    /** There is nobody to wait for. */
    private static final TimeDuration ALONE_ELECTION_MIN = millis(20);

    private static final TimeDuration ALONE_ELECTION_MAX = millis(40);
    /** Shorter ones made nodes on busy machines depose leaders that lived. */
    private static final TimeDuration ELECTION_MIN = millis(400);

    private static final TimeDuration ELECTION_MAX = millis(800);
    /** A server that stood still for a while is not broken. */
    private static final TimeDuration CLOSE_THRESHOLD = TimeDuration.valueOf(365, TimeUnit.DAYS);

    private RatisSettings() {}

    private static TimeDuration millis(long millis) {
        return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
    }

    static RaftProperties of(Path directory, Group group) {
        RaftProperties properties = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(properties, List.of(directory.toFile()));
        if (group.self() == null) {
            RaftConfigKeys.Rpc.setType(properties, NoPeers.TYPE);
            elections(properties, ALONE_ELECTION_MIN, ALONE_ELECTION_MAX);
        } else {
            RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
            var address = NetUtils.createSocketAddr(group.self().address());
            GrpcConfigKeys.Server.setHost(properties, address.getHostString());
            GrpcConfigKeys.Server.setPort(properties, address.getPort());
            elections(properties, ELECTION_MIN, ELECTION_MAX);
            // Heartbeats are answered after a look at the leader's lease, which costs no message while it lasts.
            RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
            RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, true);
            RaftServerConfigKeys.LeaderElection.setMemberMajorityAdd(properties, true);
        }
        RaftServerConfigKeys.setCloseThreshold(properties, CLOSE_THRESHOLD);
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, TimeDuration.valueOf(2, TimeUnit.SECONDS));
        RaftServerConfigKeys.Log.setForceSyncNum(properties, 4_096);
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setCorruptionPolicy(properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, SizeInBytes.valueOf("4MB"));
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setCreationGap(properties, 1);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 2);
        return properties;
    }

    private static void elections(RaftProperties properties, TimeDuration min, TimeDuration max) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, min);
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, max);
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, min);
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, max);
    }
}
