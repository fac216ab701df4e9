package io.holdfast.client;

import io.holdfast.protocol.LockMode;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.ResourceClaim;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What to lock and how. Immutable; the {@code with…} methods return a changed copy and, as the factories, throw
 * {@link IllegalArgumentException} for a value that could never work. A resource name must be well-formed text and not
 * blank. A server that knows only the base of the protocol grants shared locks and permits, too, to one holder at a time,
 * has no lock-delay and no metadata, and refuses sets.
 *
 * <pre>{@code
 * LockRequest.exclusive("orders/42").withWait(Duration.ofSeconds(5)).withTtl(Duration.ofSeconds(10))
 * LockRequest.shared("config")
 * LockRequest.permits("pool", 2, 10)
 * }</pre>
 */
public final class LockRequest {
    private final List<ResourceClaim> claims;
    private final AcquireOptions options;

    private LockRequest(List<ResourceClaim> claims, AcquireOptions options) {
        this.claims = claims;
        this.options = options;
    }

    /** The lock for one holder alone. */
    public static LockRequest exclusive(String name) {
        return of(ResourceClaim.of(name, LockMode.EXCLUSIVE));
    }

    /** The lock that any number of shared holders, or one exclusive, can have. */
    public static LockRequest shared(String name) {
        return of(ResourceClaim.of(name, LockMode.SHARED));
    }

    /** So many permits of a semaphore that has {@code limit} of them; everybody has to name the same limit. */
    public static LockRequest permits(String name, int permits, int limit) {
        return of(ResourceClaim.permits(name, permits, limit));
    }

    /**
     * All of the requests' resources or none, as one lock, with default options. The order matters only in that the first
     * name stands for all of them in a repetition. A set waits without reserving anything: it is granted when all of it is
     * free at once, so sets cannot deadlock, but others can overtake them for ever.
     */
    public static LockRequest all(List<LockRequest> requests) {
        return new LockRequest(
                checked(requests.stream()
                        .flatMap(request -> request.claims.stream())
                        .toList()),
                AcquireOptions.defaults());
    }

    private static LockRequest of(ResourceClaim claim) {
        return new LockRequest(checked(List.of(claim)), AcquireOptions.defaults());
    }

    /** Waits in line for that long, up to a year; zero tries once. The default is 30 seconds. */
    public LockRequest withWait(Duration wait) {
        return with(options.withWaitLimit(wait));
    }

    /** See {@link AcquireOptions#withTtl}. */
    public LockRequest withTtl(Duration ttl) {
        return with(options.withTtl(ttl));
    }

    /** See {@link AcquireOptions#withLockDelay}. */
    public LockRequest withLockDelay(Duration lockDelay) {
        return with(options.withLockDelay(lockDelay));
    }

    /** See {@link AcquireOptions#withMetadata}. */
    public LockRequest withMetadata(Map<String, String> metadata) {
        return with(options.withMetadata(metadata));
    }

    /** With all of these options instead of its own. */
    public LockRequest with(AcquireOptions options) {
        return new LockRequest(claims, options);
    }

    /** The resources, in the order they were asked for. */
    public List<String> names() {
        return claims.stream().map(ResourceClaim::resourceName).toList();
    }

    /** How to acquire them. */
    public AcquireOptions options() {
        return options;
    }

    List<ResourceClaim> claims() {
        return claims;
    }

    static void requireName(String name) {
        // Half a surrogate pair would become a question mark, and so the name of another resource.
        if (name.isBlank() || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException("the resource name must be well-formed text and not blank");
        }
    }

    private static List<ResourceClaim> checked(List<ResourceClaim> claims) {
        Set<String> names = new HashSet<>();
        for (ResourceClaim claim : claims) {
            requireName(claim.resourceName());
            requirePermits(claim);
            if (!names.add(claim.resourceName())) {
                throw new IllegalArgumentException("the same resource twice: '" + claim.resourceName() + "'");
            }
        }
        if (claims.isEmpty()) {
            throw new IllegalArgumentException("at least one resource must be asked for");
        }
        return claims;
    }

    private static void requirePermits(ResourceClaim claim) {
        Integer limit = claim.limit();
        if (limit != null && (claim.permits() < 1 || claim.permits() > limit || limit > ProtocolLimits.MAX_PERMITS)) {
            throw new IllegalArgumentException("permits must be between 1 and limit, and limit at most "
                    + ProtocolLimits.MAX_PERMITS + ", was " + claim.permits() + " of " + limit);
        }
    }

    @Override
    public String toString() {
        return "LockRequest[claims=" + claims + ", options=" + options + "]";
    }
}
