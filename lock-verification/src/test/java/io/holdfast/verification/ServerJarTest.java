package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as an operator meets it: its launch, its one-line errors, its exit codes, its restart. */
final class ServerJarTest {
    private static final String MEMORY = "-Dholdfast.storage=memory";

    @TempDir
    private Path folder;

    private void assertRefusesToStart(int exitCode, String message, String... arguments) throws Exception {
        try (ServerProcess server = ServerProcess.run(folder, arguments)) {
            assertEquals(exitCode, server.awaitExit(), () -> String.join(" ", arguments));
            String errors = server.errors();
            assertTrue(errors.contains(message), errors);
            assertEquals(1, errors.strip().lines().count(), errors);
            assertFalse((errors + server.output()).contains("\tat "), "a stack trace");
        }
    }

    @Test
    void tellsItsVersionAndItsUsage() throws Exception {
        try (ServerProcess server = ServerProcess.run(folder, "--version")) {
            assertEquals(0, server.awaitExit());
            assertTrue(server.output().matches("Holdfast \\d+\\.\\d+\\.\\d+\\S*\\s+"), server.output());
        }
        try (ServerProcess server = ServerProcess.run(folder, "--help")) {
            assertEquals(0, server.awaitExit());
            assertTrue(server.output().contains("--conf"), server.output());
        }
    }

    @Test
    void wrongUsageExitsWithTwo() throws Exception {
        try (ServerProcess server = ServerProcess.run(folder, "--no-such-option")) {
            assertEquals(2, server.awaitExit());
        }
    }

    @Test
    void aConfigurationThatCannotBeReadIsNotTakenForAnEmptyOne() throws Exception {
        assertRefusesToStart(1, "cannot read configuration file missing.json", "--conf", "missing.json");
        Files.writeString(folder.resolve("broken.json"), "{\"port\":");
        assertRefusesToStart(1, "configuration file broken.json is not a JSON object", "--conf", "broken.json");
        Files.writeString(folder.resolve("list.json"), "[1]");
        assertRefusesToStart(1, "configuration file list.json is not a JSON object", "-conf=list.json");
        assertRefusesToStart(1, "--conf is not a JSON object", "--conf", "{\"port\":");
    }

    @Test
    void aBadConfigurationIsNamedOnOneLine() throws Exception {
        assertRefusesToStart(1, "unknown configuration key prot", "--conf", "{\"prot\":1}");
        assertRefusesToStart(1, "unknown system property holdfast.prot", "-Dholdfast.prot=1");
        assertRefusesToStart(1, "port must be between 0 and 65535, not 70000", "-Dholdfast.port=70000");
    }

    @Test
    void twoInstancesOrAWorkerWouldBeTwoLockTables() throws Exception {
        assertRefusesToStart(1, "one instance on one event loop", "--instances", "2");
        assertRefusesToStart(1, "one instance on one event loop", "--worker");
    }

    @Test
    void ioUringIsUsedWhereItIsAllowed() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder, MEMORY, "-Dholdfast.ioUring=true")) {
            assertEquals(200, acquire(server, "a").statusCode());
            server.terminate();
            assertEquals(0, server.awaitExit());
        } catch (AssertionError e) {
            Assumptions.assumeFalse(e.getMessage().contains("there is no io_uring here"), "NOT RUN: " + e.getMessage());
            throw e;
        }
    }

    @Test
    void aLackOfIoUringIsNamed() throws Exception {
        String message = "ioUring is true, but there is no io_uring here: ";
        assertRefusesToStart(1, message, "-Dio.netty.transport.noNative=true", "-Dholdfast.ioUring=true");
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertRefusesToStart(1, "cannot listen on 127.0.0.1:" + port, "-Dholdfast.port=" + port);
        }
    }

    @Test
    void aDataDirectoryBelongsToOneProcess() throws Exception {
        try (ServerProcess first = ServerProcess.start(folder)) {
            assertTrue(first.port() > 0);
            assertRefusesToStart(1, "another process is using it", "-Dholdfast.port=0");
        }
    }

    @Test
    void readsItsConfigurationFromAFileOrAsJsonAndSystemPropertiesWin() throws Exception {
        Files.writeString(folder.resolve("server.json"), "{\"port\":1,\"defaultTtlMs\":2000}");
        try (ServerProcess server = ServerProcess.start(folder, "--conf", "server.json")) {
            assertTrue(acquire(server, "a").body().contains("\"ttlMs\":2000"));
        }
        try (ServerProcess server =
                ServerProcess.start(folder, "--conf", "{\"port\":1,\"defaultTtlMs\":3000,\"dataDir\":\"other\"}")) {
            assertTrue(acquire(server, "a").body().contains("\"ttlMs\":3000"));
        }
    }

    @Test
    void stopsInGoodOrderOnSigterm() throws Exception {
        try (ServerProcess server = ServerProcess.start(folder)) {
            assertEquals(200, server.get("/readyz").statusCode());
            server.terminate();
            assertEquals(0, server.awaitExit());
            assertTrue(server.output().contains("Stopped"), server.output());
            assertEquals("", server.errors());
        }
        try (ServerProcess again = ServerProcess.start(folder)) {
            assertEquals(200, acquire(again, "a").statusCode(), "nobody held it");
        }
    }

    @Test
    void inMemoryModeAfterACrashNothingIsGrantedThatMayStillBeHeld() throws Exception {
        String token;
        long fencingToken;
        try (ServerProcess server = ServerProcess.start(folder, MEMORY, "-Dholdfast.defaultTtlMs=5000")) {
            HttpResponse<String> granted = acquire(server, "a");
            token = granted.body().replaceFirst(".*\"lockToken\":\"(\\w+)\".*", "$1");
            fencingToken = fencingToken(granted);
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(folder, MEMORY, "-Dholdfast.defaultTtlMs=5000")) {
            HttpResponse<String> refused = acquire(server, "a");
            assertEquals(503, refused.statusCode(), refused.body());
            assertTrue(refused.body().contains("\"reason\":\"Recovering\""), refused.body());
            assertTrue(refused.headers().firstValue("Retry-After").isPresent());
            assertEquals(503, server.get("/readyz").statusCode());
            assertEquals(200, server.get("/livez").statusCode());
            assertEquals(404, heartbeat(server, "a", token).statusCode(), "the lock itself is forgotten");
            HttpResponse<String> granted = acquireOnceRecovered(server);
            assertTrue(fencingToken(granted) > fencingToken);
            assertFalse(server.output().contains(token), "a secret in the log");
        }
    }

    private static HttpResponse<String> acquireOnceRecovered(ServerProcess server) throws Exception {
        HttpResponse<String> answer = acquire(server, "a");
        for (int i = 0; i < 100_000 && answer.statusCode() == 503; i++) {
            answer = acquire(server, "a");
        }
        assertEquals(200, answer.statusCode(), answer.body());
        return answer;
    }

    private static HttpResponse<String> acquire(ServerProcess server, String name)
            throws IOException, InterruptedException {
        return server.post("/api/lock/acquire", "{\"resourceName\":\"" + name + "\"}");
    }

    private static HttpResponse<String> heartbeat(ServerProcess server, String name, String token)
            throws IOException, InterruptedException {
        String body = "{\"resourceName\":\"" + name + "\",\"lockToken\":\"" + token + "\"}";
        return server.post("/api/lock/heartbeat", body);
    }

    private static long fencingToken(HttpResponse<String> granted) {
        return Long.parseLong(granted.body().replaceFirst(".*\"fencingToken\":(\\d+).*", "$1"));
    }
}
