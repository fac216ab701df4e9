package io.holdfast.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateFileTest {
    @TempDir
    private Path folder;

    @Test
    void aFirstStartFindsNothingALaterOneWhatWasWritten() throws IOException {
        Path dataDir = folder.resolve("deep/data");
        try (StateFile file = StateFile.open(dataDir)) {
            assertNull(file.read());
            file.write(new RestartState(45_000, 7, false));
            file.write(new RestartState(90_000, 8, true));
        }
        try (StateFile file = StateFile.open(dataDir)) {
            assertEquals(new RestartState(90_000, 8, true), file.read());
        }
    }

    @Test
    void aDirectoryBelongsToOneServer() throws IOException {
        try (StateFile first = StateFile.open(folder)) {
            assertNull(first.read());
            IOException refusal = assertThrows(IOException.class, () -> StateFile.open(folder));
            assertTrue(refusal.getMessage().contains("another process is using it"), refusal.getMessage());
        }
        StateFile.open(folder).close();
    }

    @Test
    void aFileThatMakesNoSenseIsNotTakenForAFirstStart() throws IOException {
        for (String content : new String[] {
            "",
            "longestTtlMs=45000\n",
            "longestTtlMs=x\nfencingReserved=1\n",
            "longestTtlMs=-5\nfencingReserved=1\nclean=true\n",
            "longestTtlMs=5\nfencingReserved=1\nclean=maybe\n"
        }) {
            Files.writeString(folder.resolve("memory.state"), content);
            try (StateFile file = StateFile.open(folder)) {
                IOException refusal = assertThrows(IOException.class, file::read);
                assertTrue(refusal.getMessage().startsWith("cannot read "), refusal.getMessage());
            }
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
        Path notADirectory = Files.writeString(folder.resolve("file"), "");
        IOException refusal = assertThrows(IOException.class, () -> StateFile.open(notADirectory));
        assertTrue(refusal.getMessage().startsWith("cannot use data directory " + notADirectory), refusal.getMessage());
    }
}
