package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.service.TimeSource;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a server that goes on, and servers that begin with one. */
@Timeout(60)
final class RestoreTest {
    private static final JsonObject DURABLE =
            new JsonObject().put("storage", "durable").put("maxTtlMs", 60_000);
    private static final long HOUR_MS = 3_600_000;

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    private JsonObject send(RunningServer server, String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        return new JsonObject(http.send(request, BodyHandlers.ofString()).body());
    }

    private JsonObject acquire(RunningServer server, String name) throws Exception {
        return send(
                server,
                "POST",
                "/api/lock/acquire",
                "{\"resourceName\":\"" + name + "\",\"clientId\":\"c\",\"ttlMs\":60000}");
    }

    private JsonObject tokenCall(RunningServer server, String path, String name, JsonObject grant) throws Exception {
        String token = grant.getString("lockToken");
        return send(
                server,
                "POST",
                "/api/lock/" + path,
                "{\"resourceName\":\"" + name + "\",\"lockToken\":\"" + token + "\"}");
    }

    private JsonObject backUp(RunningServer server) throws Exception {
        return send(server, "POST", "/api/admin/backup", "");
    }

    private LockServerConfig config(String directory, JsonObject given) {
        JsonObject conf = given.copy().put("dataDir", folder.resolve(directory).toString());
        return LockServerConfig.read(conf, Map.of(), new Properties());
    }

    private String restore(String directory, JsonObject given, Path file, boolean noHolders, long wallMillis) {
        return Restore.run(config(directory, given), file, noHolders, wallMillis, "s1");
    }

    private static long now() {
        return TimeSource.system().wallMillis();
    }

    /** A backup with the lock "old" in it. */
    private record Made(Path file, JsonObject old, JsonObject afterwards) {}

    private Made made() throws Exception {
        try (RunningServer server = RunningServer.start(folder.resolve("first"), DURABLE)) {
            JsonObject old = acquire(server, "old");
            JsonObject backup = backUp(server);
            assertEquals(1, backup.getLong("locks"), backup.encode());
            return new Made(Path.of(backup.getString("file")), old, acquire(server, "afterwards"));
        }
    }

    @Test
    void s13_afterARestoreNothingIsGrantedThatMayStillBeHeld() throws Exception {
        Made made = made();
        restore("second", DURABLE, made.file, false, now());
        try (RunningServer server = RunningServer.start(folder.resolve("second"), DURABLE)) {
            JsonObject refusal = acquire(server, "afterwards");
            assertEquals("Recovering", refusal.getString("reason"), refusal.encode());
            assertTrue(refusal.getLong("retryAfterMs") > 50_000, refusal.encode());
            assertEquals(
                    "HeartbeatReceived",
                    tokenCall(server, "heartbeat", "old", made.old).getString("status"));
        }
        // Nor does a restart in between make it forget.
        try (RunningServer server = RunningServer.start(folder.resolve("second"), DURABLE)) {
            assertEquals("Recovering", acquire(server, "afterwards").getString("reason"));
        }
    }

    @Test
    void s6_fencingTokensGoOnAboveWhatWasGivenOutAfterTheBackup() throws Exception {
        Made made = made();
        long inTheBackup = made.old.getLong("fencingToken");
        restore("second", DURABLE, made.file, true, now());
        try (RunningServer server = RunningServer.start(folder.resolve("second"), DURABLE)) {
            JsonObject next = acquire(server, "afterwards");
            assertTrue(next.getLong("fencingToken") > made.afterwards.getLong("fencingToken"), next.encode());
            assertEquals("Busy", acquire(server, "old").getString("status"));
            assertEquals(
                    "Released", tokenCall(server, "release", "old", made.old).getString("status"));
        }
        // A million grants in every second since then.
        restore("third", DURABLE, made.file, true, now() + HOUR_MS);
        try (RunningServer server = RunningServer.start(folder.resolve("third"), DURABLE)) {
            long fencing = acquire(server, "x").getLong("fencingToken");
            assertTrue(fencing > inTheBackup + HOUR_MS / 1_000 * 1_000_000, fencing + " after " + inTheBackup);
        }
    }

    @Test
    void whatARestoredServerDoesIsKeptLikeAnythingElse() throws Exception {
        Made made = made();
        restore("second", DURABLE, made.file, true, now());
        for (int run = 0; run < 3; run++) {
            try (RunningServer server = RunningServer.start(folder.resolve("second"), DURABLE)) {
                assertEquals("Acquired", acquire(server, "in run " + run).getString("status"));
                assertEquals(
                        "HeartbeatReceived",
                        tokenCall(server, "heartbeat", "old", made.old).getString("status"));
                assertEquals(2 + run, backUp(server).getLong("locks"));
            }
        }
    }

    /** The members it had are not asked: they are to be new ones. */
    @Test
    void aNodeOfAClusterBeginsAlone() throws Exception {
        Made made = made();
        JsonObject replicated = new JsonObject("""
                        {"storage": "replicated", "nodeId": "n1", "maxTtlMs": 60000, "peers": [
                          {"id": "n1", "address": "127.0.0.1:%d", "httpAddress": "127.0.0.1:1"},
                          {"id": "n2", "address": "127.0.0.1:2", "httpAddress": "127.0.0.1:2"},
                          {"id": "n3", "address": "127.0.0.1:3", "httpAddress": "127.0.0.1:3"}]}
                        """.formatted(freePort()));
        restore("n1", replicated, made.file, false, now());
        try (RunningServer server = RunningServer.start(folder.resolve("n1"), replicated)) {
            JsonObject refusal = acquire(server, "afterwards");
            for (int i = 0; i < 10 && "NoQuorum".equals(refusal.getString("reason")); i++) {
                refusal = acquire(server, "afterwards"); // each waits for a leader, for seconds
            }
            assertEquals("Recovering", refusal.getString("reason"), refusal.encode());
            assertEquals(
                    "HeartbeatReceived",
                    tokenCall(server, "heartbeat", "old", made.old).getString("status"));
            // The other node would know nothing of the recovery.
            JsonObject added = send(
                    server,
                    "POST",
                    "/api/admin/cluster/add",
                    "{\"id\":\"n2\",\"address\":\"127.0.0.1:2\",\"httpAddress\":\"127.0.0.1:2\"}");
            assertEquals("Recovering", added.getString("reason"), added.encode());
            assertEquals(1, backUp(server).getLong("locks"));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void assertRefused(String why, String directory, JsonObject given, Path file, long wallMillis) {
        StartupException refusal =
                assertThrows(StartupException.class, () -> restore(directory, given, file, false, wallMillis));
        assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
    }

    @Test
    void whatCannotBeRestoredIsRefusedAndLeavesNothingBehind() throws Exception {
        Path backup = made().file;
        assertRefused("is in use", "first", DURABLE, backup, now());
        assertRefused("storage \"memory\"", "new", new JsonObject().put("storage", "memory"), backup, now());
        assertRefused("there is no file", "new", DURABLE, folder.resolve("nothing"), now());
        assertRefused("the backup is yet to be made", "new", DURABLE, backup, now() - HOUR_MS);
        Path broken = folder.resolve("broken");
        byte[] bytes = Files.readAllBytes(backup);
        bytes[bytes.length / 2]++;
        Files.write(broken, bytes);
        assertRefused("cannot restore: ", "new", DURABLE, broken, now());
        restore("new", DURABLE, backup, false, now());
    }

    @Test
    void aRestoreThatDidNotEndIsNotServed() throws Exception {
        Path backup = made().file;
        restore("second", DURABLE, backup, true, now());
        Files.move(folder.resolve("second/log"), folder.resolve("second/log.unfinished"));
        Throwable refusal =
                assertThrows(StartupException.class, () -> RunningServer.start(folder.resolve("second"), DURABLE)
                        .close());
        assertTrue(refusal.getMessage().contains("empty it and restore again"), refusal.getMessage());
        assertRefused("is in use", "second", DURABLE, backup, now());
    }

    @Test
    void backupsGoOnWhileLocksAreTakenAndNeverTwoAtOnce() throws Exception {
        try (RunningServer server = RunningServer.start(folder.resolve("first"), DURABLE)) {
            for (int i = 0; i < 200; i++) {
                acquire(server, "r" + i);
            }
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + server.port() + "/api/admin/backup"))
                    .POST(BodyPublishers.noBody())
                    .build();
            var first = http.sendAsync(request, BodyHandlers.ofString());
            var second = http.sendAsync(request, BodyHandlers.ofString());
            JsonObject one = new JsonObject(first.get(20, TimeUnit.SECONDS).body());
            JsonObject other = new JsonObject(second.get(20, TimeUnit.SECONDS).body());
            for (JsonObject answer : new JsonObject[] {one, other}) {
                boolean made = answer.getBoolean("success") && answer.getLong("locks") == 200;
                assertTrue(made || "Overloaded".equals(answer.getString("reason")), answer.encode());
            }
            assertTrue(one.getBoolean("success") || other.getBoolean("success"));
            assertEquals(
                    "MethodNotAllowed",
                    send(server, "GET", "/api/admin/backup", "").getString("status"));
        }
    }

    @Test
    void inMemoryModeThereIsNothingToBackUp() throws Exception {
        try (RunningServer server =
                RunningServer.start(folder.resolve("memory"), new JsonObject().put("storage", "memory"))) {
            JsonObject refusal = backUp(server);
            assertFalse(refusal.getBoolean("success"));
            assertEquals("BadRequest", refusal.getString("status"));
        }
    }
}
