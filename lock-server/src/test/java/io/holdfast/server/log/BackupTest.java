package io.holdfast.server.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.Claim;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupTest {
    private static final Terms TERMS = new Terms(45_000, 0, Map.of("host", "app-1"));

    @TempDir
    private Path folder;

    private final LockTable table = empty();
    private Path file;

    private static LockTable empty() {
        return new LockTable(0, 100);
    }

    private static byte[] bytes(LockTable table) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TableWriter.write(table, new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    @BeforeEach
    void write() throws IOException {
        for (int i = 0; i < 3; i++) {
            AcquireCommand command = new AcquireCommand(
                    List.of(new Part("r" + i, Claim.EXCLUSIVE)), "client", null, null, TERMS, new Token(7, i), 1);
            table.acquire(command, true).requireHold();
        }
        file = folder.resolve("b.backup");
        Backup.write(file, 1_000, 60_000, bytes -> TableWriter.write(table, new DataOutputStream(bytes)));
    }

    @Test
    void whatWasWrittenIsRead() throws IOException {
        Backup read = Backup.read(file, empty());
        assertEquals(1_000, read.takenAtMillis());
        assertEquals(60_000, read.maxTtlMillis());
        assertArrayEquals(bytes(table), bytes(read.table()));
    }

    /** It has the tokens of all locks in it. */
    @Test
    void nobodyElseMayReadIt() throws IOException {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void aBackupThatIsCutOffAnywhereIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThrows(DamagedLogException.class, () -> Backup.read(file, empty()), "cut off at " + length);
        }
    }

    @Test
    void aBackupWithAFlippedBitAnywhereIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            assertThrows(DamagedLogException.class, () -> Backup.read(file, empty()), "bit " + bit);
        }
    }

    @Test
    void aBackupWithSomethingBehindItIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertThrows(DamagedLogException.class, () -> Backup.read(file, empty()));
    }
}
