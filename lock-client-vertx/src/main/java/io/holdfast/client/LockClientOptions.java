package io.holdfast.client;

import io.holdfast.protocol.ProtocolLimits;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the service is and who asks. Immutable; the {@code with…} methods return a changed copy and throw
 * {@link IllegalArgumentException} for a value that could never work.
 */
public final class LockClientOptions {
    private static final URI DEFAULT_ENDPOINT = URI.create("http://127.0.0.1:" + ProtocolLimits.DEFAULT_PORT);
    private static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration MIN_REQUEST_TIMEOUT = Duration.ofMillis(10);
    private static final Duration MAX_REQUEST_TIMEOUT = Duration.ofMinutes(5);
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9._-]{1,255}");
    private static final int SUFFIX_BYTES = 4;

    private final List<URI> endpoints;
    private final String clientId;
    private final Duration requestTimeout;
    private final boolean sessions;
    private final @Nullable Duration sessionTtl;
    private final @Nullable RequestTap tap;

    private LockClientOptions(
            List<URI> endpoints,
            String clientId,
            Duration requestTimeout,
            boolean sessions,
            @Nullable Duration sessionTtl,
            @Nullable RequestTap tap) {
        this.endpoints = endpoints;
        this.clientId = clientId;
        this.requestTimeout = requestTimeout;
        this.sessions = sessions;
        this.sessionTtl = sessionTtl;
        this.tap = tap;
    }

    /**
     * One server at {@code http://127.0.0.1:5000}, requests that wait five seconds for an answer, and a client id made
     * of host name, process id and a random suffix; each call draws a new one. Locks live in a session, whose length is left
     * to the server. Never waits for the network.
     */
    public static LockClientOptions defaults() {
        return new LockClientOptions(
                List.of(DEFAULT_ENDPOINT), drawClientId(), DEFAULT_REQUEST_TIMEOUT, true, null, null);
    }

    /** The servers of one service, as in {@code http://10.0.0.7:5000}; the next is asked when one cannot be reached. */
    public LockClientOptions withEndpoints(List<URI> endpoints) {
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("endpoints must not be empty");
        }
        endpoints.forEach(LockClientOptions::requireEndpoint);
        return new LockClientOptions(List.copyOf(endpoints), clientId, requestTimeout, sessions, sessionTtl, tap);
    }

    /** As {@link #withEndpoints(List)} with a single server. */
    public LockClientOptions withEndpoint(URI endpoint) {
        return withEndpoints(List.of(endpoint));
    }

    /** Who asks, shown to others who find the resource locked. */
    public LockClientOptions withClientId(String clientId) {
        if (clientId.isBlank() || !StandardCharsets.UTF_8.newEncoder().canEncode(clientId)) {
            throw new IllegalArgumentException("clientId must be well-formed text and not blank");
        }
        return new LockClientOptions(endpoints, clientId, requestTimeout, sessions, sessionTtl, tap);
    }

    /** How long one request waits for its answer; between 10 milliseconds and 5 minutes. */
    public LockClientOptions withRequestTimeout(Duration requestTimeout) {
        if (requestTimeout.compareTo(MIN_REQUEST_TIMEOUT) < 0 || requestTimeout.compareTo(MAX_REQUEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("requestTimeout must be between " + MIN_REQUEST_TIMEOUT + " and "
                    + MAX_REQUEST_TIMEOUT + ", was " + requestTimeout);
        }
        return new LockClientOptions(endpoints, clientId, requestTimeout, sessions, sessionTtl, tap);
    }

    /**
     * Whether locks live in a session of the client, kept by one heartbeat however many they are; true by default. A lock with
     * a ttl of its own does not, nor do any where the server knows no sessions: these have a lease and a heartbeat each.
     */
    public LockClientOptions withSessions(boolean sessions) {
        return new LockClientOptions(endpoints, clientId, requestTimeout, sessions, sessionTtl, tap);
    }

    /**
     * How long the client's session lasts without a heartbeat, a second to a day (the server may allow less): how long others
     * are kept out when this process dies.
     */
    public LockClientOptions withSessionTtl(Duration sessionTtl) {
        AcquireOptions.requireTtl("sessionTtl", sessionTtl);
        return new LockClientOptions(endpoints, clientId, requestTimeout, sessions, sessionTtl, tap);
    }

    /** Has every request of the client told to {@code tap}; for tests. */
    public LockClientOptions withTap(RequestTap tap) {
        return new LockClientOptions(endpoints, clientId, requestTimeout, sessions, sessionTtl, tap);
    }

    public List<URI> endpoints() {
        return endpoints;
    }

    public String clientId() {
        return clientId;
    }

    public Duration requestTimeout() {
        return requestTimeout;
    }

    public boolean sessions() {
        return sessions;
    }

    /** Empty for the server's default. */
    public Optional<Duration> sessionTtl() {
        return Optional.ofNullable(sessionTtl);
    }

    /** Null for none. */
    @Nullable
    RequestTap tap() {
        return tap;
    }

    @Override
    public String toString() {
        return "LockClientOptions[endpoints=" + endpoints + ", clientId=" + clientId + ", requestTimeout="
                + requestTimeout + ", sessions=" + sessions + ", sessionTtl="
                + (sessionTtl == null ? "the server's default" : sessionTtl) + "]";
    }

    private static void requireEndpoint(URI endpoint) {
        String path = endpoint.getRawPath();
        boolean bare = (path == null || path.isEmpty() || path.equals("/"))
                && endpoint.getRawQuery() == null
                && endpoint.getRawFragment() == null
                && endpoint.getRawUserInfo() == null;
        boolean port = endpoint.getPort() > 0 && endpoint.getPort() < 65_536;
        if (!"http".equalsIgnoreCase(endpoint.getScheme()) || endpoint.getHost() == null || !port || !bare) {
            // The endpoint is not quoted: it may carry a password.
            throw new IllegalArgumentException("an endpoint must look like http://host:port, with nothing else");
        }
    }

    private static String drawClientId() {
        byte[] suffix = new byte[SUFFIX_BYTES];
        new SecureRandom().nextBytes(suffix);
        return hostName() + "-" + ProcessHandle.current().pid() + "-"
                + HexFormat.of().formatHex(suffix);
    }

    /** As the system knows it, without asking the network: the id only has to be telling, not right. */
    private static String hostName() {
        for (String variable : List.of("HOSTNAME", "COMPUTERNAME")) {
            String name = System.getenv(variable);
            if (isUsable(name)) {
                return name;
            }
        }
        for (Path file : List.of(Path.of("/proc/sys/kernel/hostname"), Path.of("/etc/hostname"))) {
            try {
                String name = Files.readString(file).strip();
                if (isUsable(name)) {
                    return name;
                }
            } catch (IOException e) {
                // Not that kind of system.
            }
        }
        return "unknown-host";
    }

    private static boolean isUsable(@Nullable String name) {
        return name != null && HOST_NAME.matcher(name).matches();
    }
}
