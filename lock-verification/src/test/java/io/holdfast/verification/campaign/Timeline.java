package io.holdfast.verification.campaign;

import io.holdfast.verification.checker.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page about one run that went wrong. */
final class Timeline {
    private Timeline() {}

    static void write(Path folder, Report report) throws IOException {
        Files.writeString(folder.resolve("report.txt"), report.toString());
    }
}
