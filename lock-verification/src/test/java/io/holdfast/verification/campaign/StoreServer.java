package io.holdfast.verification.campaign;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Lets client processes write to the store that this process keeps. */
final class StoreServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private volatile ProtectedStore store = (resource, value, fence) -> ProtectedStore.Taken.UNKNOWN;

    StoreServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** From now on that one is written to. */
    void serve(ProtectedStore next) {
        store = next;
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** {@code /RESOURCE/VALUE/FENCE}; names here need no encoding. */
    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] parts = exchange.getRequestURI().getPath().split("/", -1);
            ProtectedStore.Taken taken = store.write(parts[1], Long.parseLong(parts[2]), Long.parseLong(parts[3]));
            int code =
                    switch (taken) {
                        case YES -> 200;
                        case NO -> 409;
                        case UNKNOWN -> 503;
                    };
            exchange.sendResponseHeaders(code, -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** The store as another process sees it. */
    static ProtectedStore remote(int port) {
        HttpClient http = HttpClient.newHttpClient();
        return (resource, value, fence) -> {
            URI uri = URI.create("http://127.0.0.1:" + port + "/" + resource + "/" + value + "/" + fence);
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .timeout(Duration.ofSeconds(5))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            try {
                int code = http.send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                return code == 200
                        ? ProtectedStore.Taken.YES
                        : code == 409 ? ProtectedStore.Taken.NO : ProtectedStore.Taken.UNKNOWN;
            } catch (IOException e) {
                return ProtectedStore.Taken.UNKNOWN;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return ProtectedStore.Taken.UNKNOWN;
            }
        };
    }
}
