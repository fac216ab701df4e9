package io.holdfast.verification.checker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Checks recorded histories from the command line; {@code docs/checking.md} tells how. */
public final class CheckHistory {
    private CheckHistory() {}

    /** Exits with 0 for a pass, 1 for a violation, 2 for a run that says nothing, 3 for a history that cannot be read. */
    public static void main(String[] arguments) {
        if (arguments.length == 0) {
            System.err.println("usage: CheckHistory FILE...");
            System.exit(3);
        }
        System.exit(run(Stream.of(arguments).map(Path::of).toList()));
    }

    private static int run(List<Path> files) {
        try (MergedHistory history = MergedHistory.of(files)) {
            Report report = Checker.check(history, CheckerOptions.defaults());
            System.out.print(report);
            return switch (report.verdict()) {
                case PASSED -> 0;
                case VIOLATED -> 1;
                case VOID, FAULTS_NOT_RUN -> 2;
            };
        } catch (IOException | MalformedHistoryException e) {
            System.err.println(e.getMessage());
            return 3;
        }
    }
}
