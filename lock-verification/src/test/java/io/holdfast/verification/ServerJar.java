package io.holdfast.verification;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The jar that is shipped, and how tests start it. They do so many dozens of times, and half of what a start takes is reading and
 * checking classes. So the first one writes them to a file as a virtual machine has them in memory, for the others.
 */
public final class ServerJar {
    private static final Path JAR = Path.of("../lock-server/target/lock-server.jar");
    private static final Path CLASSES = Path.of("target/server.jsa");
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
        if (!isOfThisJar(CLASSES)) {
            writeClasses();
        }
        List<String> launch = new ArrayList<>();
        if (isOfThisJar(CLASSES)) { // not every virtual machine can write such a file
            launch.add("-XX:SharedArchiveFile=" + CLASSES.toAbsolutePath());
        }
        launch.addAll(List.of("-jar", path().toString()));
        return launch;
    }

    private static boolean isOfThisJar(Path classes) throws IOException {
        return Files.exists(classes)
                && Files.getLastModifiedTime(classes).compareTo(Files.getLastModifiedTime(path())) > 0;
    }

    private static void writeClasses() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("holdfast");
        Path written = CLASSES.resolveSibling("server-written.jsa").toAbsolutePath();
        List<String> command = new ArrayList<>(Machine.quickJava());
        command.addAll(List.of(
                "-XX:ArchiveClassesAtExit=" + written,
                "-Dholdfast.port=0",
                "-Dholdfast.dataDir=" + folder,
                "-jar",
                path().toString()));
        runUntilItListens(command);
        Machine.delete(folder);
        if (Files.exists(written)) {
            Files.move(written, CLASSES, StandardCopyOption.REPLACE_EXISTING);
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
