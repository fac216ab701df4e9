package io.holdfast.client;

import io.holdfast.protocol.ProtocolLimits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How to acquire: how long to wait, for how long to lease if not for as long as the server does by default, and what others
 * may see and suffer of it. Immutable; the {@code with…} methods return a changed copy and throw
 * {@link IllegalArgumentException} for a value that could never work.
 */
public final class AcquireOptions {
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);
    private static final Duration MAX_WAIT = Duration.ofDays(365);
    private static final AcquireOptions DEFAULTS =
            new AcquireOptions(DEFAULT_WAIT, null, Duration.ZERO, Collections.emptyMap());

    private final Duration waitLimit;
    private final @Nullable Duration ttl;
    private final Duration lockDelay;
    private final Map<String, String> metadata;

    private AcquireOptions(
            Duration waitLimit, @Nullable Duration ttl, Duration lockDelay, Map<String, String> metadata) {
        this.waitLimit = waitLimit;
        this.ttl = ttl;
        this.lockDelay = lockDelay;
        this.metadata = metadata;
    }

    /** Waits for 30 seconds, leaves the lease's length to the server, has no lock-delay and no metadata. */
    public static AcquireOptions defaults() {
        return DEFAULTS;
    }

    /** Waits in line for that long, up to a year; zero tries once. A first answer is always waited for. */
    public AcquireOptions withWaitLimit(Duration waitLimit) {
        requireBetween("waitLimit", waitLimit, Duration.ZERO, MAX_WAIT);
        return new AcquireOptions(waitLimit, ttl, lockDelay, metadata);
    }

    /**
     * Leases for that long, a second to a day (the server may allow less): how long others are kept out when this process
     * dies. The client renews by itself.
     */
    public AcquireOptions withTtl(Duration ttl) {
        requireTtl("ttl", ttl);
        return new AcquireOptions(waitLimit, ttl, lockDelay, metadata);
    }

    /**
     * Keeps everybody out for that long, up to a minute, after this hold <em>expires</em>, so that a holder that was cut off
     * can notice before the next one begins. A release has no such delay.
     */
    public AcquireOptions withLockDelay(Duration lockDelay) {
        requireBetween("lockDelay", lockDelay, Duration.ZERO, Duration.ofMillis(ProtocolLimits.MAX_LOCK_DELAY_MS));
        return new AcquireOptions(waitLimit, ttl, lockDelay, metadata);
    }

    /** Shows that to others who ask for the resource; at most 1 KiB, names and values together, and no secrets. */
    public AcquireOptions withMetadata(Map<String, String> metadata) {
        int bytes = 0;
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            bytes += bytes(entry.getKey()) + bytes(entry.getValue());
        }
        if (bytes > ProtocolLimits.MAX_METADATA_BYTES) {
            throw new IllegalArgumentException(
                    "metadata must be at most " + ProtocolLimits.MAX_METADATA_BYTES + " bytes, was " + bytes);
        }
        // Sorted: a repeated request is to be the same to the letter.
        return new AcquireOptions(waitLimit, ttl, lockDelay, Collections.unmodifiableMap(new TreeMap<>(metadata)));
    }

    /** How long to wait. */
    public Duration waitLimit() {
        return waitLimit;
    }

    /** The lease's length; empty for the server's default. */
    public Optional<Duration> ttl() {
        return Optional.ofNullable(ttl);
    }

    /** How long the resource stays unavailable after this hold expires. */
    public Duration lockDelay() {
        return lockDelay;
    }

    /** What others see. */
    public Map<String, String> metadata() {
        return metadata;
    }

    @Nullable
    Long ttlMillis() {
        return ttl == null ? null : (Long) ttl.toMillis();
    }

    static void requireTtl(String what, Duration ttl) {
        requireBetween(
                what, ttl, Duration.ofMillis(ProtocolLimits.MIN_TTL_MS), Duration.ofMillis(ProtocolLimits.MAX_TTL_MS));
    }

    private static void requireBetween(String what, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(what + " must be between " + min + " and " + max + ", was " + value);
        }
    }

    private static int bytes(String text) {
        boolean control = text.chars().anyMatch(Character::isISOControl);
        if (control || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("metadata must be well-formed text without control characters");
        }
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public String toString() {
        return "AcquireOptions[waitLimit=" + waitLimit + ", ttl=" + ttl + ", lockDelay=" + lockDelay + ", metadata="
                + metadata + "]";
    }
}
