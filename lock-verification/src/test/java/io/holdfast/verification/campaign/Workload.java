package io.holdfast.verification.campaign;

import io.holdfast.client.LockRequest;
import io.holdfast.verification.checker.Claim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What clients of the library ask for. Each kind has names of its own, few enough that they meet. */
enum Workload {
    EXCLUSIVE("exclusive"),
    SHARED("shared"),
    SEMAPHORE("semaphore"),
    SETS("sets"),
    MIXED("mixed"),
    /** Work that outlasts its short lease, unless that is renewed. */
    SLOW("slow"),
    /** Long waits, many of which are given up at once. */
    PATIENT("patient");

    private static final int LIMIT = 3;
    private static final Workload[] SINGLE = {EXCLUSIVE, SHARED, SEMAPHORE, SETS};

    private final String word;

    Workload(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    /**
     * What one client wants next.
     *
     * @param claims the same as the request's
     */
    record Want(LockRequest request, List<Claim> claims) {
        /** Whether nobody else has the resource while this is held, so that a store may trust in its fence. */
        boolean isExclusive() {
            return claims.stream().allMatch(claim -> claim.mode() == Claim.Mode.EXCLUSIVE);
        }
    }

    Want next(Random random) {
        return switch (this) {
            case EXCLUSIVE -> one(Claim.exclusive("x" + random.nextInt(4)));
            case SLOW -> one(Claim.exclusive("x" + random.nextInt(8)));
            case SHARED -> {
                String name = "s" + random.nextInt(3);
                yield one(random.nextInt(3) == 0 ? Claim.exclusive(name) : Claim.shared(name));
            }
            case SEMAPHORE -> one(Claim.permits("p" + random.nextInt(2), 1 + random.nextInt(2), LIMIT));
            case SETS -> set(random);
            case PATIENT -> one(Claim.exclusive("q" + random.nextInt(6)));
            case MIXED -> SINGLE[random.nextInt(SINGLE.length)].next(random);
        };
    }

    private static Want one(Claim claim) {
        return new Want(request(claim), List.of(claim));
    }

    private static Want set(Random random) {
        if (random.nextInt(4) == 0) {
            return one(Claim.exclusive("a" + random.nextInt(4)));
        }
        List<Integer> numbers = new ArrayList<>(List.of(0, 1, 2, 3));
        int size = 2 + random.nextInt(2);
        List<Claim> claims = new ArrayList<>();
        while (claims.size() < size) {
            claims.add(Claim.exclusive("a" + numbers.remove(random.nextInt(numbers.size()))));
        }
        return new Want(LockRequest.all(claims.stream().map(Workload::request).toList()), List.copyOf(claims));
    }

    private static LockRequest request(Claim claim) {
        return switch (claim.mode()) {
            case EXCLUSIVE, UNKNOWN -> LockRequest.exclusive(claim.resource());
            case SHARED -> LockRequest.shared(claim.resource());
            case PERMITS -> LockRequest.permits(claim.resource(), claim.permits(), claim.limit());
        };
    }

    /** How long to wait in line: often not at all, seldom longer than the leases are. */
    Duration wait(Random random) {
        if (this == PATIENT) {
            return Duration.ofSeconds(15);
        }
        return random.nextInt(4) == 0 ? Duration.ZERO : Duration.ofMillis(200 + random.nextInt(6_000));
    }

    /** One in how many waits is given up. */
    int patience() {
        return this == PATIENT ? 3 : 20;
    }

    /** How long a lock is worked under, in milliseconds: mostly a moment, sometimes long enough to need heartbeats. */
    long work(Random random) {
        if (this == SLOW) {
            return 1_000L + random.nextInt(9_000);
        }
        int kind = random.nextInt(100);
        return kind < 80 ? random.nextInt(12) : kind < 96 ? random.nextInt(300) : 1_000 + random.nextInt(2_500);
    }
}
