package io.holdfast.verification.campaign;

import io.holdfast.protocol.ApiPaths;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Speaks the protocol by hand, and not politely: forgets what it holds, gives up waits, repeats releases, clings to a node that
 * does not answer, and asks all the time.
 */
final class RawClient implements Runnable {
    private static final int TIMEOUT_MILLIS = 2_000;
    private static final int OWN_NAMES = 20;
    private static final int RESTLESS = 40;
    private static final int CLINGING = 60;
    private static final int CLUNG_NAMES = 3;
    private static final int CLUNG_BEATS = 16;

    private final String name;
    private final List<URI> endpoints;
    private final Recorder recorder;
    private final Random random;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build();
    private int endpoint;
    private volatile boolean over;

    RawClient(String name, List<URI> endpoints, Recorder recorder, long seed) {
        this.name = name;
        this.endpoints = endpoints;
        this.recorder = recorder;
        this.random = new Random(seed);
        this.endpoint = random.nextInt(endpoints.size());
    }

    /** Works until {@link #end}. */
    @Override
    public void run() {
        try {
            while (!over) {
                turn();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void end() {
        over = true;
    }

    private void turn() throws InterruptedException {
        if (random.nextInt(RESTLESS) == 0) {
            endpoint = random.nextInt(endpoints.size()); // also where nobody answered: it may come back with old news
        }
        if (random.nextInt(CLINGING) == 0) {
            cling("c" + random.nextInt(CLUNG_NAMES));
        }
        boolean alone = random.nextInt(3) > 0;
        String resource = alone ? name + "." + random.nextInt(OWN_NAMES) : "x" + random.nextInt(4);
        switch (random.nextInt(12)) {
            case 0 -> get(ApiPaths.STATUS + resource);
            case 2 -> get(ApiPaths.STATUS + "x" + random.nextInt(4));
            case 1 -> get(ApiPaths.STATUS + "s" + random.nextInt(3));
            default -> lock(resource, alone);
        }
    }

    private void lock(String resource, boolean alone) throws InterruptedException {
        String requestId = null;
        if (random.nextBoolean()) {
            byte[] bits = new byte[16];
            random.nextBytes(bits);
            requestId = HexFormat.of().formatHex(bits);
        }
        long ttl = 1_000L + random.nextInt(2_000);
        boolean waits = !alone && random.nextInt(3) > 0;
        boolean impatient = waits && random.nextInt(5) == 0;
        // Whoever gives up a long wait must not be granted anything when its turn would have come.
        long wait = impatient ? 4 * ttl : waits ? 100 + random.nextInt(3_000) : 0;
        JsonObject acquire = new JsonObject()
                .put("resourceName", resource)
                .put("clientId", name)
                .put("ttlMs", ttl)
                .put("waitMs", wait);
        if (requestId != null) {
            acquire.put("requestId", requestId);
        }
        JsonObject grant = post(ApiPaths.ACQUIRE, acquire, impatient ? 1 + random.nextInt(50) : wait + TIMEOUT_MILLIS);
        if (grant == null || isStatus(grant, "Queued")) {
            if (requestId != null) {
                grant = again(acquire, wait);
            } else {
                pause(20);
            }
        }
        if (grant != null && grant.containsKey("lockToken")) {
            use(resource, grant);
        } else {
            pause(alone ? 2 : 10);
        }
    }

    /** Keeps a lock alive through one node, also while that one does not answer: it may come back with old news. */
    private void cling(String resource) throws InterruptedException {
        JsonObject acquire = new JsonObject()
                .put("resourceName", resource)
                .put("clientId", name)
                .put("ttlMs", 1_000 + random.nextInt(1_000));
        int clungTo = endpoint;
        JsonObject grant = post(ApiPaths.ACQUIRE, acquire, TIMEOUT_MILLIS);
        if (grant == null || !grant.containsKey("lockToken")) {
            return;
        }
        JsonObject proof = proof(resource, grant);
        for (int beat = 0; beat < CLUNG_BEATS && !over; beat++) {
            pause(600);
            endpoint = clungTo;
            JsonObject answer = post(ApiPaths.HEARTBEAT, proof, TIMEOUT_MILLIS);
            if (answer != null && !answer.getBoolean("success", false)) {
                return;
            }
        }
        JsonObject unused = post(ApiPaths.RELEASE, proof, TIMEOUT_MILLIS);
    }

    private static JsonObject proof(String resource, JsonObject grant) {
        return new JsonObject().put("resourceName", resource).put("lockToken", grant.getString("lockToken"));
    }

    /** What to do with an acquire whose answer is not known: repeat it, cancel it, or forget it. */
    private @Nullable JsonObject again(JsonObject acquire, long wait) throws InterruptedException {
        switch (random.nextInt(4)) {
            case 0 -> {
                JsonObject unused = post(
                        ApiPaths.CANCEL,
                        new JsonObject()
                                .put("resourceName", acquire.getString("resourceName"))
                                .put("clientId", name)
                                .put("requestId", acquire.getString("requestId")),
                        TIMEOUT_MILLIS);
                return null;
            }
            case 1 -> {
                return null;
            }
            default -> {
                return post(ApiPaths.ACQUIRE, acquire, wait + TIMEOUT_MILLIS);
            }
        }
    }

    private void use(String resource, JsonObject grant) throws InterruptedException {
        JsonObject proof = proof(resource, grant);
        if (random.nextInt(4) == 0) {
            pause(20);
            JsonObject unused = post(ApiPaths.HEARTBEAT, proof, TIMEOUT_MILLIS);
        }
        if (random.nextInt(8) == 0) {
            get(ApiPaths.VALIDATE + resource + "?fencingToken=" + grant.getLong("fencingToken"));
        }
        int end = random.nextInt(40);
        if (end == 0) {
            return; // forgotten: the lease ends it
        }
        JsonObject released = post(ApiPaths.RELEASE, proof, TIMEOUT_MILLIS);
        if (end == 1 || released == null) {
            JsonObject unused = post(ApiPaths.RELEASE, proof, TIMEOUT_MILLIS);
        }
        if (end == 2) {
            JsonObject unused = post(ApiPaths.HEARTBEAT, proof, TIMEOUT_MILLIS);
        }
    }

    private static boolean isStatus(JsonObject answer, String status) {
        return status.equals(answer.getString("status"));
    }

    private void pause(int maxMillis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(maxMillis + 1));
    }

    private void get(String path) throws InterruptedException {
        JsonObject unused = send(path, null, TIMEOUT_MILLIS);
    }

    private @Nullable JsonObject post(String path, JsonObject body, long timeoutMillis) throws InterruptedException {
        return send(path, body.encode(), timeoutMillis);
    }

    /** Null if there is no answer, or none that says anything. */
    private @Nullable JsonObject send(String path, @Nullable String body, long timeoutMillis)
            throws InterruptedException {
        URI uri = endpoints.get(endpoint).resolve(path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofMillis(timeoutMillis));
        if (body != null) {
            request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
        }
        Recorder.Sent sent = recorder.sending(name, path, body);
        try {
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            sent.answered(answer.statusCode(), answer.body());
            if (answer.statusCode() == 503) {
                elsewhere();
                return null;
            }
            return Wire.parsed(answer.body());
        } catch (IOException e) {
            sent.failed(e instanceof ConnectException);
            elsewhere();
            return null;
        }
    }

    private void elsewhere() throws InterruptedException {
        endpoint = (endpoint + 1) % endpoints.size();
        pause(30);
    }
}
