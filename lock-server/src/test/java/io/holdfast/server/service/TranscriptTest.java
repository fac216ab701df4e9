package io.holdfast.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Plays the scripts in {@code src/test/resources/transcripts} against the real service in virtual time and compares what
 * it says, line by line; its commands must make the same table again. {@code -Dtranscripts.update=true} writes what it says into the files instead; read the diff.
 */
final class TranscriptTest {
    private static final Path FOLDER = Path.of("src/test/resources/transcripts");

    @TestFactory
    Stream<DynamicTest> transcripts() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(FOLDER)) {
            files = found.sorted().toList();
        }
        assertFalse(files.isEmpty());
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> play(file)));
    }

    private static void play(Path file) throws IOException {
        String expected = Files.readString(file);
        Transcript transcript = new Transcript();
        String actual = transcript.play(expected);
        transcript.checkReplay(file.toString());
        if (Boolean.getBoolean("transcripts.update")) {
            Files.writeString(file, actual);
        } else {
            assertEquals(expected, actual);
        }
    }
}
