package io.holdfast.verification;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real jar in a process of its own. Its output goes to files in the folder given. */
final class ServerProcess implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("Listening on (http://[^:]+:(\\d+))");
    /** Takes two seconds on a machine that does nothing else. */
    private static final int START_WAIT_SECONDS = 120;

    private static final int EXIT_WAIT_SECONDS = 30;
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(30);

    private final Process process;
    private final File out;
    private final File err;
    private final HttpClient http = HttpClient.newHttpClient();
    private String base = "";
    private int port;

    private ServerProcess(Process process, File out, File err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Runs the jar with system properties (as {@code -D…}) and arguments, without waiting for anything. */
    static ServerProcess run(Path folder, String... arguments) throws IOException, InterruptedException {
        return runUnder(List.of(), folder, arguments);
    }

    /** The same under a command that runs another one in its own place. */
    private static ServerProcess runUnder(List<String> wrapper, Path folder, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(Machine.quickJava());
        for (String argument : arguments) {
            if (argument.startsWith("-D")) {
                command.add(argument);
            }
        }
        command.addAll(ServerJar.launch());
        for (String argument : arguments) {
            if (!argument.startsWith("-D")) {
                command.add(argument);
            }
        }
        File out = Files.createTempFile(folder, "server", ".out").toFile();
        File err = Files.createTempFile(folder, "server", ".err").toFile();
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out)
                .redirectError(err)
                .start();
        return new ServerProcess(process, out, err);
    }

    /** Runs the jar on an ephemeral port and waits until it listens. */
    static ServerProcess start(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("-Dholdfast.port=0");
        return startUnder(List.of(), folder, all.toArray(String[]::new));
    }

    /**
     * Runs the jar on the port its configuration names and waits until it listens.
     *
     * @param wrapper a command that runs another one in its own place; may be empty
     */
    static ServerProcess startUnder(List<String> wrapper, Path folder, String... arguments)
            throws IOException, InterruptedException {
        ServerProcess server = runUnder(wrapper, folder, arguments);
        server.awaitListening();
        return server;
    }

    private void awaitListening() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_WAIT_SECONDS);
        while (System.nanoTime() < deadline) {
            Matcher matcher = LISTENING.matcher(output());
            if (matcher.find()) {
                base = matcher.group(1);
                port = Integer.parseInt(matcher.group(2));
                return;
            }
            if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        String end = process.isAlive() ? "lives" : "ended with " + process.exitValue();
        process.destroyForcibly(); // nobody gets to know of it, so nobody else would
        throw new AssertionError("the server does not listen, and " + end + ": " + output() + errors());
    }

    String output() throws IOException {
        return Files.readString(out.toPath());
    }

    String errors() throws IOException {
        return Files.readString(err.toPath());
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(EXIT_WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the server did not end");
        }
        return process.exitValue();
    }

    /** Lets it stand still, as a long pause of its machine would. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets it go on. */
    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("kill -" + name + " failed");
        }
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL, and wait for it. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitExit();
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return post(path, json, ANSWER_WAIT);
    }

    HttpResponse<String> post(String path, String json, Duration patience) throws IOException, InterruptedException {
        return send(postOf(path, json, patience));
    }

    /** The same, for what may come twice. */
    HttpResponse<String> postRepeatable(String path, String json) throws IOException, InterruptedException {
        return sendRepeatable(postOf(path, json, ANSWER_WAIT));
    }

    private HttpRequest postOf(String path, String json, Duration patience) {
        return HttpRequest.newBuilder(uri(path))
                .timeout(patience)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return get(path, ANSWER_WAIT);
    }

    HttpResponse<String> get(String path, Duration patience) throws IOException, InterruptedException {
        return sendRepeatable(
                HttpRequest.newBuilder(uri(path)).timeout(patience).build());
    }

    /**
     * Now and then the JDK's client closes a connection of its own under the answer (JDK-8338569, mended in 24). That is no
     * answer of the server's, and is asked for again.
     */
    private HttpResponse<String> sendRepeatable(HttpRequest request) throws IOException, InterruptedException {
        try {
            return send(request);
        } catch (IOException e) {
            if (!closedByTheClient(e)) {
                throw e;
            }
            return send(request);
        }
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static boolean closedByTheClient(Throwable failure) {
        Throwable cause = failure.getCause();
        return "connection closed locally".equals(failure.getMessage()) || (cause != null && closedByTheClient(cause));
    }

    private URI uri(String path) {
        return URI.create(base + path);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
