package io.holdfast.server;

import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.RequestRules;
import io.holdfast.server.http.HttpLimits;
import io.holdfast.server.service.EventLimits;
import io.holdfast.server.service.ServiceLimits;
import io.vertx.core.json.JsonObject;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The server's configuration, checked. {@code config/lock-server.json} lists every key with its default. Immutable.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 for any free one
 * @param http2 whether clients may speak HTTP/2, too
 * @param ioUring whether the server talks to its sockets by the kernel's io_uring; {@link Transports}
 * @param storage what a granted lock survives
 * @param dataDir where the server keeps what must survive a restart
 * @param snapshotAfter commands in the log after which a snapshot is made, if no more locks than that are held
 * @param cluster which node this is; null unless the storage is replicated
 * @param drainMillis how long running requests may take to finish after SIGTERM
 * @param service bounds of the lock service
 * @param events bounds of telling events
 * @param rules what requests may ask for
 * @param http bounds HTTP clients are held to
 */
public record LockServerConfig(
        String host,
        int port,
        boolean http2,
        boolean ioUring,
        StorageKind storage,
        Path dataDir,
        int snapshotAfter,
        @Nullable ClusterConfig cluster,
        long drainMillis,
        ServiceLimits service,
        EventLimits events,
        RequestRules rules,
        HttpLimits http) {

    private static final long MAX_TTL_IN_MEMORY_MS = 120_000;
    /** Three times as long when percent-encoded, and that has to fit into a request line. */
    private static final long MAX_NAME_BYTES = 1_024;

    private static final long HOUR_MS = 3_600_000;

    /**
     * Reads and checks the configuration.
     *
     * @throws StartupException if a key is unknown or a value makes no sense; the message names the key and the rule
     */
    public static LockServerConfig read(JsonObject conf, Map<String, String> environment, Properties properties) {
        ConfigSources in = new ConfigSources(conf, environment, properties);
        StorageKind storage = storage(in.text("storage", StorageKind.DURABLE.configName()));
        long maxTtlMillis = in.number(
                "maxTtlMs",
                storage == StorageKind.MEMORY ? MAX_TTL_IN_MEMORY_MS : HOUR_MS,
                ProtocolLimits.MIN_TTL_MS,
                ProtocolLimits.MAX_TTL_MS);
        long defaultTtlMillis = in.number(
                "defaultTtlMs",
                Math.min(ProtocolLimits.DEFAULT_TTL_MS, maxTtlMillis),
                ProtocolLimits.MIN_TTL_MS,
                maxTtlMillis);
        ClusterConfig cluster = storage == StorageKind.REPLICATED ? ClusterConfig.read(in) : noCluster(in);
        int defaultPort = cluster == null ? ProtocolLimits.DEFAULT_PORT : cluster.httpPort();
        LockServerConfig config = new LockServerConfig(
                in.text("host", "127.0.0.1"),
                (int) in.number("port", defaultPort, 0, 65_535),
                in.flag("http2", false),
                in.flag("ioUring", false),
                storage,
                directory(in.text("dataDir", "data")),
                (int) in.number("snapshotAfter", 500_000, 100, 100_000_000),
                cluster,
                in.number("drainMs", 5_000, 0, HOUR_MS),
                new ServiceLimits(
                        defaultTtlMillis,
                        in.number("maxLocks", 20_000_000, 1, 100_000_000),
                        (int) in.number("maxWaitersPerResource", 10_000, 1, 10_000_000),
                        (int) in.number("maxWaiters", 200_000, 1, 10_000_000),
                        (int) in.number("maxSessions", 1_000_000, 1, 100_000_000),
                        (int) in.number("endedRequestsKept", 500_000, 0, 100_000_000)),
                new EventLimits((int) in.number("eventsKept", 10_000, 100, 1_000_000), (int)
                        in.number("maxEventStreams", 100, 0, 10_000)),
                new RequestRules(
                        (int) in.number("maxNameBytes", 512, 1, MAX_NAME_BYTES),
                        maxTtlMillis,
                        in.number("maxWaitMs", 60_000, 0, HOUR_MS)),
                new HttpLimits(
                        (int) in.number("maxConnections", 50_000, 1, 1_000_000),
                        in.number("idleTimeoutMs", 75_000, 1_000, HOUR_MS),
                        in.number("requestTimeoutMs", 10_000, 100, HOUR_MS),
                        (int) in.number("maxBodyBytes", 16_384, 256, 16 << 20)));
        in.refuseUnknownKeys();
        requireRoomToWait(config);
        return config;
    }

    /** A request that waits is silent, and must not be taken for an idle connection. */
    private static void requireRoomToWait(LockServerConfig config) {
        if (config.http.idleTimeoutMillis() <= config.rules.maxWaitMs()) {
            throw new StartupException("idleTimeoutMs must be more than maxWaitMs");
        }
    }

    private static StorageKind storage(String text) {
        for (StorageKind kind : StorageKind.values()) {
            if (kind.configName().equals(text)) {
                return kind;
            }
        }
        throw new StartupException("storage must be \"memory\", \"durable\" or \"replicated\", not \"" + text + "\"");
    }

    private static @Nullable ClusterConfig noCluster(ConfigSources in) {
        if (!in.text("nodeId", "-").equals("-") || in.array("peers") != null) {
            throw new StartupException("nodeId and peers are for storage \"replicated\"");
        }
        return null;
    }

    private static Path directory(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new StartupException("dataDir is not a path: " + e.getReason());
        }
    }

    /** The effective configuration on one line, for the log. */
    public String describe() {
        return "storage=" + storage.configName() + " dataDir=" + dataDir.toAbsolutePath() + " defaultTtlMs="
                + service.defaultTtlMillis()
                + " maxTtlMs=" + rules.maxTtlMs() + " maxWaitMs=" + rules.maxWaitMs() + " maxLocks="
                + service.maxLocks()
                + " maxWaitersPerResource=" + service.maxWaitersPerResource() + " maxWaiters=" + service.maxWaiters()
                + " maxSessions=" + service.maxSessions() + " endedRequestsKept=" + service.endedRequestsKept()
                + " eventsKept=" + events.kept() + " maxEventStreams="
                + events.maxStreams() + " maxNameBytes="
                + rules.maxNameBytes() + " maxBodyBytes=" + http.maxBodyBytes() + " maxConnections="
                + http.maxConnections() + " idleTimeoutMs=" + http.idleTimeoutMillis() + " requestTimeoutMs="
                + http.requestTimeoutMillis() + " drainMs=" + drainMillis + " snapshotAfter=" + snapshotAfter
                + " http2=" + http2
                + " ioUring=" + ioUring;
    }
}
