package io.holdfast.verification;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What tests need of the machine they run on to start processes on it, and to leave nothing behind. */
public final class Machine {
    private Machine() {}

    /** The start of a command line of a virtual machine for seconds: compiling its code well costs more than it brings. */
    public static List<String> quickJava() {
        return List.of(
                ProcessHandle.current().info().command().orElse("java"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    }

    /** Deletes a directory, if it is there, with all that is in it. */
    public static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }

    /** A port below those the system gives to outgoing connections, which could take one while its server is away. */
    public static int freePort(Random random) {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            try (ServerSocket socket =
                    new ServerSocket(random.nextInt(10_000, 30_000), 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // somebody has it
            }
        }
        throw new IllegalStateException("no free port");
    }
}
