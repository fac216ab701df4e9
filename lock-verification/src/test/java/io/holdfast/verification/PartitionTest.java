package io.holdfast.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Three nodes on three hosts, and the network between them breaks. What happens is in {@link PartitionProcess}. */
@Tag("faults")
@Isolated("its nodes have to find a leader in time")
final class PartitionTest {
    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aLeaderThatIsCutOffAcknowledgesNothingAndTheOthersGoOn() throws Exception {
        NotRun.unless(
                Namespaces.work(),
                "partitions of a cluster",
                "no network namespaces for this user, or no ip, unshare and nsenter");
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(Namespaces.APART);
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                PartitionProcess.class.getName(),
                folder.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int code = process.waitFor();
        String said = Files.readString(output);
        System.out.println(said.strip());
        assertEquals(0, code, said);
    }
}
