package io.holdfast.client;

import io.holdfast.protocol.ProtocolLimits;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to acquire: how long to keep trying and, if not the server's default, for how long to lease. Immutable; the
 * {@code with…} methods return a changed copy.
 */
public final class AcquireOptions {
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);
    private static final Duration MAX_WAIT = Duration.ofDays(365);
    private static final AcquireOptions DEFAULTS = new AcquireOptions(DEFAULT_WAIT, null);

    private final Duration waitLimit;
    private final @Nullable Duration ttl;

    private AcquireOptions(Duration waitLimit, @Nullable Duration ttl) {
        this.waitLimit = waitLimit;
        this.ttl = ttl;
    }

    /** Keeps trying for 30 seconds and leaves the lease's length to the server. */
    public static AcquireOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Keeps trying for that long; zero tries once. The first attempt is always answered, even if that takes longer.
     *
     * @throws IllegalArgumentException if negative or longer than a year
     */
    public AcquireOptions withWaitLimit(Duration waitLimit) {
        if (waitLimit.isNegative() || waitLimit.compareTo(MAX_WAIT) > 0) {
            throw new IllegalArgumentException("waitLimit must be between 0 and " + MAX_WAIT + ", was " + waitLimit);
        }
        return new AcquireOptions(waitLimit, ttl);
    }

    /**
     * Leases for that long: how long others are kept out when this process dies. The client renews by itself.
     *
     * @throws IllegalArgumentException if shorter than a second or longer than a day; the server may allow less
     */
    public AcquireOptions withTtl(Duration ttl) {
        if (ttl.compareTo(Duration.ofMillis(ProtocolLimits.MIN_TTL_MS)) < 0
                || ttl.compareTo(Duration.ofMillis(ProtocolLimits.MAX_TTL_MS)) > 0) {
            throw new IllegalArgumentException("ttl must be between " + ProtocolLimits.MIN_TTL_MS + " ms and "
                    + ProtocolLimits.MAX_TTL_MS + " ms, was " + ttl);
        }
        return new AcquireOptions(waitLimit, ttl);
    }

    /** How long to keep trying. */
    public Duration waitLimit() {
        return waitLimit;
    }

    /** The lease's length; empty for the server's default. */
    public Optional<Duration> ttl() {
        return Optional.ofNullable(ttl);
    }

    @Nullable
    Long ttlMillis() {
        return ttl == null ? null : (Long) ttl.toMillis();
    }

    @Override
    public String toString() {
        return "AcquireOptions[waitLimit=" + waitLimit + ", ttl=" + ttl + "]";
    }
}
