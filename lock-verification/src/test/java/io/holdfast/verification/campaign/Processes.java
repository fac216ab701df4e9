package io.holdfast.verification.campaign;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Starts processes that do not outlive this one, and signals them. Thread-safe. */
final class Processes {
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();
    private static final int COMMAND_SECONDS = 10;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Processes::killAll));
    }

    private Processes() {}

    static Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        RUNNING.add(process);
        CompletableFuture<Void> unused = process.onExit().thenAccept(RUNNING::remove);
        return process;
    }

    private static void killAll() {
        RUNNING.forEach(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }

    /** Runs a command to its end and says whether it succeeded. */
    static boolean run(String... command) throws InterruptedException {
        try {
            Process process = start(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD));
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            return false; // there is no such command
        }
    }

    static void signal(Process process, String name) throws InterruptedException {
        boolean unused = run("kill", "-" + name, Long.toString(process.pid()));
    }

    /** SIGKILL, and wait for it. */
    static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        boolean unused = process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS);
    }
}
