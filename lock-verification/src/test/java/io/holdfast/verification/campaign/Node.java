package io.holdfast.verification.campaign;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One server that can be killed and started again. Thread-safe. */
final class Node {
    private static final int READY_SECONDS = 60;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LOOK)
            .build();

    private final String id;
    private final Path folder;
    private final List<String> command;
    private final URI http;
    private final FakeTime time;
    private final Object life = new Object();
    private int starts;
    private volatile @Nullable Process process;

    /**
     * A node that does not run yet.
     *
     * @param folder where it runs, and its output goes
     * @param command all of the command line
     */
    Node(String id, Path folder, List<String> command, URI http, FakeTime time) {
        this.id = id;
        this.folder = folder;
        this.command = command;
        this.http = http;
        this.time = time;
    }

    String id() {
        return id;
    }

    URI http() {
        return http;
    }

    FakeTime time() {
        return time;
    }

    /** What runs now, or ran last. */
    Process process() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException(id + " was never started");
        }
        return running;
    }

    boolean isAlive() {
        Process running = process;
        return running != null && running.isAlive();
    }

    /** Starts it, unless it runs. */
    void start() throws IOException {
        synchronized (life) {
            if (!isAlive()) {
                starts++;
                ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                folder.resolve("start-" + starts + ".out").toFile());
                time.apply(builder);
                process = Processes.start(builder);
            }
        }
    }

    /** Waits until it serves; says whether it does. */
    boolean awaitReady() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (System.nanoTime() < deadline && isAlive()) {
            HttpResponse<String> answer = look("/readyz");
            if (answer != null && answer.statusCode() == 200) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return false;
    }

    /** What it says of the cluster; null if it says nothing. */
    @Nullable
    JsonObject cluster() throws InterruptedException {
        HttpResponse<String> answer = isAlive() ? look("/api/cluster") : null;
        return answer == null || answer.statusCode() != 200 ? null : Wire.parsed(answer.body());
    }

    boolean leads() throws InterruptedException {
        JsonObject seen = cluster();
        return seen != null && "leader".equals(seen.getString("role"));
    }

    private @Nullable HttpResponse<String> look(String path) throws InterruptedException {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(http.resolve(path)).timeout(LOOK).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            return null;
        }
    }
}
