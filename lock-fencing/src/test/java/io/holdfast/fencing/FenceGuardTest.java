package io.holdfast.fencing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class FenceGuardTest {
    private final FenceGuard guard = FenceGuard.remembering(3);

    @Test
    void aLowerTokenThanSeenIsStale() {
        guard.check("r", 7);
        guard.check("r", 7);
        guard.check("other", 5);
        guard.check("r", 9);
        StaleFenceException stale = assertThrows(StaleFenceException.class, () -> guard.check("r", 7));
        assertEquals("r", stale.resource());
        assertEquals(7, stale.fence());
        assertEquals(9, stale.newestFence());
        assertEquals("Fencing token 7 for 'r' is stale: 9 has been seen", stale.getMessage());
    }

    @Test
    void whatIsNoTokenIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> guard.check("r", 0));
        assertThrows(IllegalArgumentException.class, () -> FenceGuard.remembering(0));
    }

    @Test
    void theLowestTokenIsForgottenFirstAndStandsForAllThatAreForgotten() {
        for (int fence = 1; fence <= 4; fence++) {
            guard.check("r" + fence, fence * 10L);
        }
        assertThrows(StaleFenceException.class, () -> guard.check("r1", 9));
        assertThrows(StaleFenceException.class, () -> guard.check("new", 9));
        assertThrows(StaleFenceException.class, () -> guard.check("r2", 19));
        guard.check("r1", 10);
        guard.check("r1", 10);
    }

    /** Against a memory without bounds: one that forgets refuses all that is stale, and one that is big enough no more. */
    @Test
    void forgettingNeverLetsAStaleTokenPass() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        FenceGuard big = FenceGuard.remembering(20);
        Map<String, Long> seen = new HashMap<>();
        int refused = 0;
        for (int i = 1; i <= 20_000; i++) {
            String resource = "r" + random.nextInt(20);
            long fence = Math.max(1, i - random.nextInt(30));
            boolean stale = fence < seen.getOrDefault(resource, 0L);
            boolean passes = passes(guard, resource, fence);
            assertFalse(passes && stale, "seed " + seed + ", step " + i);
            assertEquals(!stale, passes(big, resource, fence), "seed " + seed + ", step " + i);
            if (!stale) {
                seen.put(resource, fence);
            }
            refused += stale ? 1 : 0;
        }
        assertTrue(refused > 1_000, "too few stale tokens to show anything, seed " + seed);
    }

    @Test
    void aWriteUnderAStaleTokenIsNotRun() throws IOException {
        List<String> store = new ArrayList<>();
        guard.<IOException>write("r", 8, () -> store.add("new"));
        assertThrows(StaleFenceException.class, () -> guard.write("r", 7, () -> store.add("old")));
        assertThrows(
                IOException.class,
                () -> guard.write("r", 9, () -> {
                    throw new IOException("disk full");
                }));
        assertThrows(StaleFenceException.class, () -> guard.write("r", 8, () -> store.add("late")));
        assertEquals(List.of("new"), store);
    }

    /** The old holder was checked in time and is in the middle of its write: the new one comes after it. */
    @Test
    void writesDoNotOverlap() throws Exception {
        CountDownLatch checked = new CountDownLatch(1);
        CountDownLatch newer = new CountDownLatch(1);
        List<String> store = new ArrayList<>();
        FutureTask<Void> old = task(() -> guard.write("r", 7, () -> {
            checked.countDown();
            newer.await();
            store.add("old");
        }));
        checked.await();
        FutureTask<Void> next = task(() -> {
            newer.countDown();
            guard.write("r", 8, () -> store.add("new"));
        });
        old.get();
        next.get();
        assertEquals(List.of("old", "new"), store);
    }

    private static boolean passes(FenceGuard guard, String resource, long fence) {
        try {
            guard.check(resource, fence);
            return true;
        } catch (StaleFenceException e) {
            return false;
        }
    }

    private static FutureTask<Void> task(FenceGuard.Write<Exception> body) {
        FutureTask<Void> task = new FutureTask<>(() -> {
            body.run();
            return null;
        });
        new Thread(task, "writer").start();
        return task;
    }
}
