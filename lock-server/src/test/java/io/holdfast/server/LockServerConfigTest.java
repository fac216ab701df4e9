package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.RequestRules;
import io.holdfast.server.http.HttpLimits;
import io.holdfast.server.service.EventLimits;
import io.holdfast.server.service.ServiceLimits;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

final class LockServerConfigTest {
    private static final LockServerConfig DEFAULTS = new LockServerConfig(
            "127.0.0.1",
            5000,
            false,
            false,
            StorageKind.DURABLE,
            Path.of("data"),
            500_000,
            null,
            5_000,
            new ServiceLimits(45_000, 20_000_000, 10_000, 200_000, 1_000_000, 500_000),
            new EventLimits(10_000, 100),
            new RequestRules(512, 3_600_000, 60_000),
            new HttpLimits(50_000, 75_000, 10_000, 16_384));

    private static LockServerConfig read(String conf, Map<String, String> environment, String... properties) {
        Properties set = new Properties();
        for (int i = 0; i < properties.length; i += 2) {
            set.setProperty(properties[i], properties[i + 1]);
        }
        return LockServerConfig.read(new JsonObject(conf), environment, set);
    }

    private static void assertRefused(String message, String conf) {
        StartupException refusal = assertThrows(StartupException.class, () -> read(conf, Map.of()));
        assertEquals(message, refusal.getMessage());
    }

    @Test
    void defaults() {
        assertEquals(DEFAULTS, read("{}", Map.of()));
    }

    @Test
    void theShippedFileListsEveryKeyWithItsDefault() throws IOException {
        String shipped = Files.readString(Path.of("../config/lock-server.json"));
        assertEquals(DEFAULTS, read(shipped, Map.of()));
        StartupException refusal = assertThrows(StartupException.class, () -> read("{\"x\":1}", Map.of()));
        String known = refusal.getMessage().replaceFirst(".*known keys: ", "");
        assertEquals(
                String.join(
                        ", ",
                        new JsonObject(shipped).fieldNames().stream().sorted().toList()),
                known);
    }

    @Test
    void everyKeyHasAnEffect() {
        LockServerConfig expected = new LockServerConfig(
                "0.0.0.0",
                0,
                true,
                true,
                StorageKind.MEMORY,
                Path.of("/var/lib/holdfast"),
                150,
                null,
                1,
                new ServiceLimits(2_000, 3, 10, 11, 13, 12),
                new EventLimits(130, 14),
                new RequestRules(4, 5_000, 6_000),
                new HttpLimits(6, 7_000, 8_000, 9_000));
        assertEquals(expected, read("""
                        {"host":"0.0.0.0","port":0,"http2":true,"ioUring":true,"storage":"memory",
                         "dataDir":"/var/lib/holdfast","snapshotAfter":150,"drainMs":1,
                         "defaultTtlMs":2000,"maxLocks":3,"maxNameBytes":4,"maxTtlMs":5000,"maxConnections":6,
                         "idleTimeoutMs":7000,"requestTimeoutMs":8000,"maxBodyBytes":9000,"maxWaitersPerResource":10,
                         "maxWaiters":11,"maxSessions":13,"endedRequestsKept":12,"maxWaitMs":6000,"eventsKept":130,
                         "maxEventStreams":14}""", Map.of()));
    }

    private static final String PEERS = """
            [{"id":"n1","address":"10.0.0.1:6000","httpAddress":"10.0.0.1:5001"},
             {"id":"n2","address":"10.0.0.2:6000","httpAddress":"10.0.0.2:5002"}]""";

    @Test
    void aNodeOfAClusterListensWhereTheOthersLookForIt() {
        LockServerConfig config =
                read("{\"storage\":\"replicated\",\"nodeId\":\"n2\",\"peers\":" + PEERS + "}", Map.of());
        assertEquals(5002, config.port());
        assertEquals(
                new ClusterConfig.Peer("n2", "10.0.0.2:6000", "10.0.0.2:5002"),
                config.cluster().self());
        Map<String, String> environment =
                Map.of("HOLDFAST_STORAGE", "replicated", "HOLDFAST_NODE_ID", "n2", "HOLDFAST_PEERS", PEERS);
        assertEquals(config, read("{}", environment));
    }

    @Test
    void aClusterThatMakesNoSenseIsRefused() {
        assertRefused("nodeId and peers are for storage \"replicated\"", "{\"nodeId\":\"n1\"}");
        assertRefused(
                "nodeId must be 1 to 32 letters, digits, - or _ when storage is \"replicated\"",
                "{\"storage\":\"replicated\"}");
        assertRefused(
                "peers must list the nodes as {\"id\", \"address\", \"httpAddress\"} when storage is \"replicated\"",
                replicated("n1", "[]"));
        assertRefused("peers must have an entry of id \"n3\", which is this node", replicated("n3", PEERS));
        assertRefused(
                "peers: address must be host:port, not \"x\"",
                replicated("n1", "[{\"id\":\"n1\",\"address\":\"x\",\"httpAddress\":\"h:1\"}]"));
        assertRefused(
                "peers names h:1 twice",
                replicated(
                        "n1",
                        "[{\"id\":\"n1\",\"address\":\"a:1\",\"httpAddress\":\"h:1\"},"
                                + "{\"id\":\"n2\",\"address\":\"a:2\",\"httpAddress\":\"h:1\"}]"));
        assertRefused("peers has an unknown key port", replicated("n1", "[{\"id\":\"n1\",\"port\":1}]"));
        assertRefused("peers must be objects of texts", replicated("n1", "[1]"));
        assertRefused("peers must be a JSON array", replicated("n1", "7"));
    }

    private static String replicated(String nodeId, String peers) {
        return "{\"storage\":\"replicated\",\"nodeId\":\"" + nodeId + "\",\"peers\":" + peers + "}";
    }

    @Test
    void aSystemPropertyWinsOverAVariableWhichWinsOverTheFile() {
        String conf = "{\"port\":1,\"drainMs\":1,\"defaultTtlMs\":1001}";
        Map<String, String> environment = Map.of("HOLDFAST_PORT", "2", "HOLDFAST_DEFAULT_TTL_MS", "2002", "PATH", "x");
        LockServerConfig config = read(conf, environment, "holdfast.port", "3", "java.version", "17");
        assertEquals(3, config.port());
        assertEquals(2_002, config.service().defaultTtlMillis());
        assertEquals(1, config.drainMillis());
    }

    @Test
    void aFlagMayComeFromAVariable() {
        assertTrue(read("{}", Map.of("HOLDFAST_HTTP2", "true")).http2());
        assertFalse(read("{\"http2\":true}", Map.of("HOLDFAST_HTTP2", "false")).http2());
    }

    @Test
    void theDefaultLeaseFollowsAShorterLongestOne() {
        assertEquals(10_000, read("{\"maxTtlMs\":10000}", Map.of()).service().defaultTtlMillis());
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertRefused("port must be between 0 and 65535, not 65536", "{\"port\":65536}");
        assertRefused("port must be between 0 and 65535, not -1", "{\"port\":-1}");
        assertRefused("defaultTtlMs must be between 1000 and 3600000, not 999", "{\"defaultTtlMs\":999}");
        assertRefused(
                "defaultTtlMs must be between 1000 and 5000, not 6000", "{\"maxTtlMs\":5000,\"defaultTtlMs\":6000}");
        assertRefused(
                "defaultTtlMs must be between 1000 and 120000, not 120001",
                "{\"storage\":\"memory\",\"defaultTtlMs\":120001}");
        assertRefused("port must be a whole number", "{\"port\":\"http\"}");
        assertRefused("port must be a whole number", "{\"port\":5000.5}");
        assertRefused("port must be a whole number", "{\"port\":[5000]}");
        assertRefused("host must be a text that is not blank", "{\"host\":\" \"}");
        assertRefused("host must be a text that is not blank", "{\"host\":1}");
        assertRefused("idleTimeoutMs must be more than maxWaitMs", "{\"idleTimeoutMs\":60000}");
        assertRefused("http2 must be true or false", "{\"http2\":1}");
        assertRefused("http2 must be true or false", "{\"http2\":\"yes\"}");
        assertRefused(
                "storage must be \"memory\", \"durable\" or \"replicated\", not \"disk\"", "{\"storage\":\"disk\"}");
    }

    @Test
    void unknownKeysAreRefusedWhereverTheyStand() {
        assertUnknown("unknown configuration key prot; ", () -> read("{\"prot\":1}", Map.of()));
        assertUnknown("unknown system property holdfast.prot; ", () -> read("{}", Map.of(), "holdfast.prot", "1"));
        assertUnknown("unknown environment variable HOLDFAST_PROT; ", () -> read("{}", Map.of("HOLDFAST_PROT", "1")));
    }

    private static void assertUnknown(String start, org.junit.jupiter.api.function.Executable read) {
        String message = assertThrows(StartupException.class, read).getMessage();
        assertEquals(start, message.substring(0, Math.min(start.length(), message.length())));
    }
}
