package io.holdfast.verification;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** strace on a running server in durable mode: meddles with its system calls, and keeps book of what it writes to its log. */
final class Strace implements AutoCloseable {
    /** What tells where the writer of the log is: the end of a call, in one line or in two. */
    private static final Pattern ENDED =
            Pattern.compile("\\s(?:<\\.\\.\\. )?(lseek|write|fdatasync)(?:\\(| resumed>).*= (\\d+)$");

    private final Process process;
    private final Path trace;
    private final Path log;

    private Strace(Process process, Path trace, Path log) {
        this.process = process;
        this.trace = trace;
        this.log = log;
    }

    /** Whether it is installed and may meddle with a process that runs. */
    static boolean works() throws IOException, InterruptedException {
        Process asleep = new ProcessBuilder("sleep", "10").start();
        try {
            Process probe = attach(asleep.pid(), "-o", "/dev/null", "-e", "inject=fdatasync:error=EIO");
            boolean works = awaitAttached(probe);
            probe.destroy();
            return works && probe.waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            return false; // there is no such command
        } finally {
            asleep.destroyForcibly();
        }
    }

    /**
     * Meddles with the calls that concern the log of that server, and those that send answers.
     *
     * @param folder has the server's data directory
     * @param injection as strace wants it
     */
    static Strace start(ServerProcess server, Path folder, String injection) throws IOException, InterruptedException {
        Path log = log(folder.toRealPath());
        Path trace = Files.createTempFile(folder, "trace", ".txt");
        boolean answers = injection.startsWith("writev");
        Process process = answers
                ? attach(server.pid(), "-o", trace.toString(), "-e", "trace=writev", "-e", "inject=" + injection)
                : attach(
                        server.pid(),
                        "-P",
                        log.toString(),
                        "-o",
                        trace.toString(),
                        "-e",
                        "trace=write,fdatasync,lseek",
                        "-e",
                        "inject=" + injection);
        if (!awaitAttached(process)) {
            throw new AssertionError("strace does not trace the server");
        }
        return new Strace(process, trace, log);
    }

    private static Process attach(long pid, String... arguments) throws IOException {
        String[] first = {"strace", "-f", "-s", "0", "-e", "signal=none", "-p", Long.toString(pid)};
        return new ProcessBuilder(
                        Stream.of(first, arguments).flatMap(Stream::of).toList())
                .redirectErrorStream(true)
                .start();
    }

    /** It says so when it has all threads. */
    private static boolean awaitAttached(Process process) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        while (line != null && !line.contains("attached")) {
            line = output.readLine();
        }
        return line != null;
    }

    private static Path log(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_inprogress_"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /**
     * Lets the power go, as far as the log's file is concerned: whatever was not synced turns to zeros, which is what was
     * there before. The server must have ended.
     *
     * @return how many bytes were there that are gone now
     */
    long losePower() throws IOException {
        long synced = synced();
        byte[] content = Files.readAllBytes(log);
        int end = content.length;
        while (end > synced && content[end - 1] == 0) {
            end--;
        }
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate((int) (end - synced));
            while (zeros.hasRemaining()) {
                int unused = channel.write(zeros, synced + zeros.position());
            }
        }
        return end - synced;
    }

    /** How much of the log's file was synced, going by the trace: the writer asks for its place before it writes. */
    private long synced() throws IOException {
        long place = 0;
        long synced = 0;
        List<String> lines = Files.readAllLines(trace);
        for (String line : lines) {
            Matcher ended = ENDED.matcher(line);
            if (ended.find()) {
                long result = Long.parseLong(ended.group(2));
                switch (ended.group(1)) {
                    case "lseek" -> place = result;
                    case "write" -> place += result;
                    default -> synced = place;
                }
            }
        }
        if (synced == 0) {
            throw new AssertionError("no sync was seen in " + lines.size() + " lines of the trace");
        }
        return synced;
    }

    /** Leaves the server alone, if it lives. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
