package io.holdfast.verification.campaign;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Clients in a process of their own, which can be stopped and killed. Ends when its standard input does, so it does not
 * outlive the campaign.
 */
final class ClientProgram {
    private ClientProgram() {}

    /** {@code NAME HISTORY ORIGIN SEED LIBRARY RAW WORKLOAD STORE-PORT ENDPOINT,…}. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        String name = arguments[0];
        long originNanos = Long.parseLong(arguments[2]);
        long seed = Long.parseLong(arguments[3]);
        Clients.Crew crew = new Clients.Crew(
                Integer.parseInt(arguments[4]), Integer.parseInt(arguments[5]), Workload.valueOf(arguments[6]));
        ProtectedStore store = StoreServer.remote(Integer.parseInt(arguments[7]));
        List<URI> endpoints =
                Stream.of(arguments[8].split(",")).map(URI::create).toList();
        Vertx vertx = Vertx.vertx();
        try (Recorder recorder = new Recorder(Path.of(arguments[1]), name, originNanos)) {
            Clients clients = new Clients(vertx, name, crew, endpoints, recorder, store, seed);
            clients.start();
            while (System.in.read() >= 0) {
                // nothing is ever said
            }
            clients.end();
        }
        System.exit(0); // the event loops would keep it alive
    }
}
