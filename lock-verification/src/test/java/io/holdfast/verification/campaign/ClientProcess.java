package io.holdfast.verification.campaign;

import io.holdfast.verification.Machine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A {@link ClientProgram} that runs. */
final class ClientProcess implements AutoCloseable {
    private static final int END_SECONDS = 45;

    private final Process process;

    private ClientProcess(Process process) {
        this.process = process;
    }

    static ClientProcess start(
            Path folder,
            String classes,
            String name,
            Path history,
            long originNanos,
            long seed,
            Clients.Crew crew,
            int storePort,
            List<URI> endpoints,
            FakeTime time)
            throws IOException {
        List<String> command = new ArrayList<>(Machine.quickJava());
        command.add("-Xmx256m");
        command.addAll(List.of(
                "-cp",
                classes,
                ClientProgram.class.getName(),
                name,
                history.toString(),
                Long.toString(originNanos),
                Long.toString(seed),
                Integer.toString(crew.library()),
                Integer.toString(crew.raw()),
                crew.workload().name(),
                Integer.toString(storePort),
                endpoints.stream().map(URI::toString).collect(Collectors.joining(","))));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".out").toFile());
        time.apply(builder);
        return new ClientProcess(Processes.start(builder));
    }

    Process process() {
        return process;
    }

    /** Lets it finish what it is at; kills it if it does not. */
    void end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            close();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
