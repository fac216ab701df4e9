package io.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.log.RestartState;
import io.holdfast.server.log.StateFile;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that fails after the state file was opened used to make the next one wait for locks nobody held. */
final class FailedStartTest {
    @TempDir
    private Path dataDir;

    private void failToStart() throws IOException {
        Vertx vertx = Vertx.vertx();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            JsonObject config = new JsonObject()
                    .put("storage", "memory")
                    .put("port", taken.getLocalPort())
                    .put("dataDir", dataDir.toString());
            StartupException refusal = assertThrows(
                    StartupException.class,
                    () -> RunningServer.await(
                            vertx.deployVerticle(new LockServerVerticle(), new DeploymentOptions().setConfig(config))));
            assertTrue(refusal.getMessage().startsWith("cannot listen on 127.0.0.1:"), refusal.getMessage());
        } finally {
            RunningServer.await(vertx.close());
        }
    }

    private RestartState stateOnDisk() throws IOException {
        try (StateFile file = StateFile.open(dataDir)) {
            return file.read();
        }
    }

    @Test
    void leavesACleanStateBehindAndTheDirectoryUnlocked() throws IOException {
        failToStart();
        assertTrue(stateOnDisk().clean());
    }

    @Test
    void doesNotMakeUpForARunThatEndedUnclean() throws IOException {
        try (StateFile file = StateFile.open(dataDir)) {
            file.write(new RestartState(60_000, 1, false));
        }
        failToStart();
        assertEquals(60_000, stateOnDisk().longestTtlMillis());
        assertEquals(false, stateOnDisk().clean());
    }
}
