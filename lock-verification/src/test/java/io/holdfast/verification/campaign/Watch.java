package io.holdfast.verification.campaign;

import io.holdfast.protocol.ApiPaths;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Counts, beside the clients, what happens to a service: leases that expire, by its events, and changes of the leader. */
final class Watch implements AutoCloseable {
    private static final int LOOK_MILLIS = 500;

    private final Service service;
    private final @Nullable Recorder journal;
    private final Set<Long> expired = ConcurrentHashMap.newKeySet();
    private final AtomicInteger failOvers = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Watch(Service service, @Nullable Recorder journal) {
        this.service = service;
        this.journal = journal;
    }

    /** {@code journal} is told of all events; null for nobody. */
    static Watch start(Service service, @Nullable Recorder journal) {
        Watch watch = new Watch(service, journal);
        for (Node node : service.nodes()) {
            watch.threads.add(new Thread(() -> watch.listen(node), "watch-events"));
        }
        watch.threads.add(new Thread(watch::followLeader, "watch-leader"));
        watch.threads.forEach(thread -> thread.setDaemon(true));
        watch.threads.forEach(Thread::start);
        return watch;
    }

    int expiries() {
        return expired.size();
    }

    int failOvers() {
        return failOvers.get();
    }

    private void listen(Node node) {
        HttpRequest request =
                HttpRequest.newBuilder(node.http().resolve(ApiPaths.EVENTS)).build();
        while (!Thread.currentThread().isInterrupted()) {
            try (Stream<String> lines =
                    http.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
                hear(node, lines.iterator());
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (IOException | RuntimeException e) {
                try {
                    TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS); // it is down, or stopped
                } catch (InterruptedException over) {
                    return;
                }
            } catch (InterruptedException over) {
                return;
            }
        }
    }

    private void hear(Node node, Iterator<String> lines) {
        String kind = "";
        long number = 0;
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith("id:")) {
                number = Long.parseLong(line.substring(3).strip());
            } else if (line.startsWith("event:")) {
                kind = line.substring(6).strip();
            } else if (line.startsWith("data:")) {
                JsonObject event = Wire.parsed(line.substring(5).strip());
                if (event != null && event.getLong("fencingToken") != null) {
                    hear(node, kind, number, event);
                }
            }
        }
    }

    private void hear(Node node, String kind, long number, JsonObject event) {
        if (kind.equals("expired")) {
            expired.add(event.getLong("fencingToken"));
        }
        if (journal != null) {
            journal.journal(node.id(), kind, number, event);
        }
    }

    private void followLeader() {
        String last = null;
        try {
            while (true) {
                String leader = service.leaderId();
                if (leader != null && last != null && !leader.equals(last)) {
                    failOvers.incrementAndGet();
                }
                last = leader == null ? last : leader;
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
