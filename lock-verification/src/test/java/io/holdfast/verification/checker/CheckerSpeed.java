package io.holdfast.verification.checker;

import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Measures how many operations a second are read from a file and checked, by one thread; {@code docs/checking.md} tells
 * how to run it. The history is written first: clients that acquire one of a thousand locks, renew it, look at it and
 * give it back.
 */
public final class CheckerSpeed {
    private static final int ROUNDS = 6;

    private CheckerSpeed() {}

    public static void main(String[] arguments) throws IOException {
        long operations = arguments.length > 0 ? Long.parseLong(arguments[0]) : 4_000_000;
        Path file = Files.createTempFile("holdfast", ".history");
        try {
            write(file, operations);
            for (int round = 0; round < ROUNDS; round++) {
                long begin = System.nanoTime();
                long beginCpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                Report report;
                try (MergedHistory history = MergedHistory.of(List.of(file))) {
                    report = Checker.check(history, CheckerOptions.anySize());
                }
                double seconds = (System.nanoTime() - begin) / 1e9;
                double cpuSeconds = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - beginCpu) / 1e9;
                System.out.printf(
                        "%s, %d operations, %.0f a second, %.0f a second of processor time%n",
                        report.verdict(),
                        report.operations(),
                        report.operations() / seconds,
                        report.operations() / cpuSeconds);
            }
        } finally {
            Files.delete(file);
        }
    }

    /** Each lock has one client at a time, and a hundred operations are under way at any moment. */
    static void write(Path file, long operations) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write(HistoryWriter.HEADER + "\n");
            long micros = 0;
            long fence = 0;
            StringBuilder line = new StringBuilder();
            for (long number = 1; number <= operations; micros += 20) {
                int lanes = 25;
                int first = random.nextInt(1000);
                long[] fences = new long[lanes];
                for (String verb : List.of("acquire", "heartbeat", "status", "release")) {
                    for (int i = 0; i < lanes; i++) {
                        line.append(Words.time(micros += 10)).append(" call ").append(number + i);
                        line.append(" client-").append(i).append(' ').append(verb);
                        line.append(" orders/").append((first + i) % 1000);
                        line.append(keys(verb, fences[i], number + i)).append('\n');
                    }
                    for (int i = 0; i < lanes; i++) {
                        if (verb.equals("acquire")) {
                            fences[i] = ++fence;
                        }
                        line.append(Words.time(micros += 10)).append(" ok ").append(number + i);
                        line.append(told(verb, fences[i], fence)).append('\n');
                    }
                    number += lanes;
                }
                out.append(line);
                line.setLength(0);
            }
        }
    }

    private static String keys(String verb, long fence, long number) {
        return switch (verb) {
            case "acquire" -> " ttl=10000 request=" + Long.toHexString(number * 0x9e3779b97f4a7c15L);
            case "status" -> "";
            default -> " token=" + token(fence);
        };
    }

    private static String told(String verb, long fence, long newest) {
        return switch (verb) {
            case "acquire" -> " token=" + token(fence) + " fence=" + fence + " ttl=10000 left=10000";
            case "status" -> " holders=" + fence + " last=" + newest;
            default -> "";
        };
    }

    private static String token(long fence) {
        return Long.toHexString(fence * 0xd6e8feb86659fd93L);
    }
}
