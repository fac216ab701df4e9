package io.holdfast.verification.checker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.holdfast.verification.checker.Report.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Checks the histories in {@code src/test/resources/histories} and compares what is said of them, the lines that begin
 * with {@code >}. {@code -Dhistories.update=true} writes what is said into the files instead; read the diff. What a
 * file's name promises, a clean history or a violated one, is required in either case.
 */
final class HistoriesTest {
    private static final Path FOLDER = Path.of("src/test/resources/histories");

    @TestFactory
    Stream<DynamicTest> histories() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(FOLDER)) {
            files = found.sorted().toList();
        }
        assertFalse(files.isEmpty());
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    private static void check(Path file) throws IOException {
        String expected = Files.readString(file);
        String history = expected.lines()
                .filter(line -> !line.startsWith(">"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        String name = file.getFileName().toString();
        boolean isVoid = name.startsWith("void");
        CheckerOptions options = isVoid ? CheckerOptions.defaults() : CheckerOptions.anySize();
        Report report = check(history, name, options);
        String actual = history
                + report.toString().lines().map(line -> "> " + line + "\n").collect(Collectors.joining());
        if (Boolean.getBoolean("histories.update")) {
            Files.writeString(file, actual);
        } else {
            assertEquals(expected, actual);
        }
        assertEquals(promised(name), report.verdict(), report::toString);
    }

    private static Report check(String history, String name, CheckerOptions options) throws IOException {
        byte[] bytes = history.getBytes(StandardCharsets.UTF_8);
        HistoryReader reader = new HistoryReader(new ByteArrayInputStream(bytes), name, 0);
        try (MergedHistory merged = new MergedHistory(List.of(reader))) {
            return Checker.check(merged, options);
        }
    }

    private static Verdict promised(String name) {
        if (name.endsWith("-clean.txt")) {
            return Verdict.PASSED;
        }
        if (name.endsWith("-violated.txt")) {
            return Verdict.VIOLATED;
        }
        return name.startsWith("void") ? Verdict.VOID : Verdict.FAULTS_NOT_RUN;
    }
}
