package io.holdfast.verification;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The jar that is shipped, and how tests start it. They do so many dozens of times, and half of what a start takes is reading and
 * checking classes. So the first one writes them to a file as a virtual machine has them in memory, for the others.
 */
public final class ServerJar {
    private static final Path JAR = Path.of("../lock-server/target/lock-server.jar");
    private static final int EXIT_WAIT_SECONDS = 60;

    private ServerJar() {}

    /** Where it is. */
    public static Path path() {
        if (!Files.exists(JAR)) {
            throw new IllegalStateException(JAR + " is missing: run mvn verify from the top");
        }
        return JAR.toAbsolutePath();
    }

    /** What makes a virtual machine run it: comes after that one's other flags, and before the program's arguments. */
    public static synchronized List<String> launch() throws IOException, InterruptedException {
        String classes = "server-" + Files.getLastModifiedTime(path()).toMillis() + ".jsa";
        Path archive = Path.of("target", classes).toAbsolutePath();
        if (!Files.exists(archive)) {
            makeArchive(archive);
        }
        List<String> launch = new ArrayList<>();
        if (Files.exists(archive)) { // not every virtual machine has such archives
            launch.add("-XX:SharedArchiveFile=" + archive);
        }
        launch.addAll(List.of("-jar", path().toString()));
        return launch;
    }

    private static void makeArchive(Path archive) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(archive.getParent(), "server");
        Path made = folder.resolve("made.jsa");
        List<String> command = new ArrayList<>(Machine.quickJava());
        command.addAll(List.of(
                "-XX:ArchiveClassesAtExit=" + made,
                "-Dholdfast.port=0",
                "-Dholdfast.dataDir=" + folder.resolve("data"),
                "-jar",
                path().toString()));
        runUntilItListens(command);
        if (Files.exists(made)) {
            Files.move(made, archive);
        }
    }

    private static void runUntilItListens(List<String> command) throws IOException, InterruptedException {
        Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader output = server.inputReader()) {
            String line = output.readLine();
            while (line != null && !line.contains("Listening on")) {
                line = output.readLine();
            }
            server.toHandle().destroy(); // server.destroy() would close the output as well
            while (line != null) {
                line = output.readLine();
            }
            boolean unused = server.waitFor(EXIT_WAIT_SECONDS, TimeUnit.SECONDS);
        } finally {
            server.destroyForcibly();
        }
    }
}
