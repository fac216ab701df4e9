package io.holdfast.verification.simulation;

import io.holdfast.protocol.LockMode;
import io.holdfast.protocol.ResourceClaim;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client wants next.
 *
 * @param ttlMs null for the server's default
 * @param sliceMillis how long one request waits; 0 to try only
 * @param patienceMillis when the client gives up
 * @param named whether the acquire has a request id
 */
record Wish(
        List<ResourceClaim> claims,
        @Nullable Long ttlMs,
        long sliceMillis,
        long patienceMillis,
        long holdMillis,
        long lockDelayMillis,
        boolean named) {

    static final List<String> RESOURCES = List.of("door", "gate", "pool", "vault");
    private static final int POOL_LIMIT = 3;

    /** A wish of a client that knows only the base contract. */
    static Wish base(SimulatedWorld world) {
        return new Wish(
                List.of(ResourceClaim.of(name(world), LockMode.EXCLUSIVE)),
                null,
                0,
                world.between(0, 20_000),
                holdMillis(world),
                0,
                false);
    }

    /**
     * A wish whose lock is to live in a session, and so has no length of its own. It has a request id, as those of the library
     * have: a grant nobody heard of would live as long as the session.
     */
    static Wish inSession(SimulatedWorld world) {
        Wish any = any(world);
        // A session may be as short as a second, and no wait is longer than five of its lengths.
        return new Wish(
                any.claims,
                null,
                Math.min(any.sliceMillis, 4_000),
                any.patienceMillis,
                any.holdMillis,
                any.lockDelayMillis,
                true);
    }

    static Wish any(SimulatedWorld world) {
        boolean named = world.chance(0.8);
        boolean tries = world.chance(0.2);
        long ttlMs = world.between(1, 12) * 1_000;
        return new Wish(
                claims(world),
                world.chance(0.2) ? null : (Long) ttlMs,
                tries ? 0 : world.between(1_500, Math.min(12_000, 5 * ttlMs)),
                tries && world.chance(0.5) ? 0 : world.between(500, 40_000),
                holdMillis(world),
                world.chance(0.1) ? world.between(100, 3_000) : 0,
                named);
    }

    /** Mostly short, so that there is traffic; at times longer than a server needs to die and recover. */
    private static long holdMillis(SimulatedWorld world) {
        double luck = world.random().nextDouble();
        if (luck < 0.1) {
            return world.between(10_000, 40_000);
        }
        return luck < 0.3 ? world.between(1_000, 8_000) : world.between(50, 1_500);
    }

    private static List<ResourceClaim> claims(SimulatedWorld world) {
        int count = world.chance(0.2) ? (int) world.between(2, 3) : 1;
        List<ResourceClaim> claims = new ArrayList<>();
        while (claims.size() < count) {
            String name = name(world);
            if (claims.stream().noneMatch(claim -> claim.resourceName().equals(name))) {
                claims.add(claim(world, name));
            }
        }
        return claims;
    }

    /** The first names are wanted most, so that there are lines. */
    private static String name(SimulatedWorld world) {
        return RESOURCES.get((int) Math.min(world.between(0, 3), world.between(0, 3)));
    }

    /** The pool is a semaphore and the others are not, for nearly everybody: some mistake the kind. */
    private static ResourceClaim claim(SimulatedWorld world, String name) {
        boolean mistaken = world.chance(0.05);
        if (name.equals("pool") != mistaken) {
            int limit = world.chance(0.05) ? POOL_LIMIT + 1 : POOL_LIMIT;
            return ResourceClaim.permits(name, (int) world.between(1, limit), limit);
        }
        return ResourceClaim.of(name, world.chance(0.4) ? LockMode.SHARED : LockMode.EXCLUSIVE);
    }
}
