package io.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OptionsTest {
    private final LockClientOptions client = LockClientOptions.defaults();
    private final AcquireOptions acquire = AcquireOptions.defaults();

    @Test
    void theDefaultsOfAClient() {
        assertEquals(List.of(URI.create("http://127.0.0.1:5000")), client.endpoints());
        assertEquals(Duration.ofSeconds(5), client.requestTimeout());
        assertTrue(client.clientId().contains("-" + ProcessHandle.current().pid() + "-"));
        assertNotEquals(client.clientId(), LockClientOptions.defaults().clientId());
        assertTrue(client.sessions());
        assertEquals(Optional.empty(), client.sessionTtl());
    }

    @Test
    void everyOptionOfAClient() {
        List<URI> endpoints = List.of(URI.create("http://a:1"), URI.create("http://[::1]:2/"));
        LockClientOptions changed = client.withSessions(false)
                .withSessionTtl(Duration.ofSeconds(9))
                .withEndpoints(endpoints)
                .withClientId("me")
                .withRequestTimeout(Duration.ofSeconds(1));
        assertFalse(changed.sessions());
        assertEquals(Optional.of(Duration.ofSeconds(9)), changed.sessionTtl());
        assertEquals(endpoints, changed.endpoints());
        assertEquals("me", changed.clientId());
        assertEquals(Duration.ofSeconds(1), changed.requestTimeout());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://a:1",
                "a:1",
                "http://a",
                "http://a:0",
                "http://a:65536",
                "http://a:1/api",
                "http://a:1?x",
                "http://a:1#x",
                "http://user:password@a:1",
                "http:///x"
            })
    void anEndpointThatCannotWorkIsRefused(String endpoint) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> client.withEndpoint(URI.create(endpoint)));
        assertFalse(refused.toString().contains("password"));
    }

    @Test
    void otherClientOptionsThatCannotWorkAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> client.withEndpoints(List.of()));
        assertThrows(IllegalArgumentException.class, () -> client.withClientId(" "));
        assertThrows(IllegalArgumentException.class, () -> client.withClientId("\ud800"));
        assertThrows(IllegalArgumentException.class, () -> client.withSessionTtl(Duration.ofMillis(999)));
        assertThrows(IllegalArgumentException.class, () -> client.withSessionTtl(Duration.ofDays(2)));
        assertThrows(IllegalArgumentException.class, () -> client.withRequestTimeout(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> client.withRequestTimeout(Duration.ofHours(1)));
    }

    @Test
    void theDefaultsOfAnAcquire() {
        assertEquals(Duration.ofSeconds(30), acquire.waitLimit());
        assertEquals(Optional.empty(), acquire.ttl());
        assertEquals(Duration.ZERO, acquire.lockDelay());
        assertEquals(Map.of(), acquire.metadata());
    }

    @Test
    void everyOptionOfAnAcquire() {
        AcquireOptions changed = acquire.withTtl(Duration.ofSeconds(10))
                .withWaitLimit(Duration.ZERO)
                .withLockDelay(Duration.ofSeconds(3))
                .withMetadata(Map.of("b", "2", "a", "1"));
        assertEquals(Duration.ofSeconds(3), changed.lockDelay());
        assertEquals("{a=1, b=2}", changed.metadata().toString());
        assertEquals(Duration.ZERO, changed.waitLimit());
        assertEquals(Optional.of(Duration.ofSeconds(10)), changed.ttl());
    }

    @Test
    void acquireOptionsThatCannotWorkAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> acquire.withWaitLimit(Duration.ofMillis(-1)));
        assertThrows(IllegalArgumentException.class, () -> acquire.withWaitLimit(Duration.ofSeconds(Long.MAX_VALUE)));
        assertThrows(IllegalArgumentException.class, () -> acquire.withTtl(Duration.ofMillis(999)));
        assertThrows(IllegalArgumentException.class, () -> acquire.withTtl(Duration.ofDays(2)));
    }

    @Test
    void moreAcquireOptionsThatCannotWorkAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> acquire.withLockDelay(Duration.ofSeconds(61)));
        assertThrows(IllegalArgumentException.class, () -> acquire.withMetadata(Map.of("k", "v".repeat(1_024))));
        assertThrows(IllegalArgumentException.class, () -> acquire.withMetadata(Map.of("k", "\ud800")));
        assertThrows(IllegalArgumentException.class, () -> acquire.withMetadata(Map.of("k", "two\nlines")));
    }

    @Test
    void everyPartOfARequest() {
        LockRequest request = LockRequest.permits("pool", 2, 10)
                .withWait(Duration.ofSeconds(5))
                .withTtl(Duration.ofSeconds(10))
                .withLockDelay(Duration.ofSeconds(1))
                .withMetadata(Map.of("host", "a"));
        assertEquals(List.of("pool"), request.names());
        assertEquals(Duration.ofSeconds(5), request.options().waitLimit());
        assertEquals(Optional.of(Duration.ofSeconds(10)), request.options().ttl());
        assertEquals(acquire, LockRequest.shared("r").options());
        assertEquals(
                List.of("pool", "r"),
                LockRequest.all(List.of(request, LockRequest.shared("r"))).names());
    }

    @Test
    void requestsThatCannotWorkAreRefused() {
        LockRequest r = LockRequest.exclusive("r");
        assertThrows(IllegalArgumentException.class, () -> LockRequest.exclusive(" "));
        assertThrows(IllegalArgumentException.class, () -> LockRequest.permits("r", 0, 1));
        assertThrows(IllegalArgumentException.class, () -> LockRequest.permits("r", 2, 1));
        assertThrows(IllegalArgumentException.class, () -> LockRequest.permits("r", 1, 1_000_001));
        assertThrows(IllegalArgumentException.class, () -> LockRequest.all(List.of()));
        assertThrows(IllegalArgumentException.class, () -> LockRequest.all(List.of(r, LockRequest.shared("r"))));
        assertThrows(IllegalArgumentException.class, () -> r.withWait(Duration.ofMillis(-1)));
    }
}
