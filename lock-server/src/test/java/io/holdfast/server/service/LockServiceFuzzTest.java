package io.holdfast.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random commands against the real service and a model too simple to be wrong: a map of holders with the span in which
 * each must, may and must not be held. Every seed is played twice and must say the same. {@code -Dseed=N} replays one.
 */
final class LockServiceFuzzTest {
    private static final int RUNS = 300;
    private static final int STEPS = 400;
    private static final int RESOURCES = 6;
    /** Lease rule S3. */
    private static final long LATE_MS = 1_000;

    @Test
    void agreesWithTheModelAndWithItself() {
        Long only = Long.getLong("seed");
        long first = only != null ? only : new Random().nextLong();
        for (long seed = first; seed < first + (only != null ? 1 : RUNS); seed++) {
            List<String> once = new Run(seed).play();
            List<String> again = new Run(seed).play();
            assertEquals(once, again, "replay differs, seed " + seed);
        }
    }

    /** What the model knows of a granted lock. */
    private record Held(String token, long ttlMillis, long renewedAtMillis) {}

    private static final class Run {
        private final long seed;
        private final Random random;
        private final VirtualServer server = new VirtualServer();
        private final Map<String, Held> model = new HashMap<>();
        private final List<String> tokens = new ArrayList<>(List.of("0".repeat(32)));
        private final List<String> log = new ArrayList<>();
        private long lastFencingToken;
        private long stalledMillis;

        private Run(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        private List<String> play() {
            for (int i = 0; i < STEPS; i++) {
                String name = "r" + random.nextInt(RESOURCES);
                switch (random.nextInt(8)) {
                    case 0, 1 -> acquire(name);
                    case 2 -> release(name, pickToken(name));
                    case 3, 4 -> heartbeat(name, pickToken(name));
                    case 5 -> status(name);
                    case 6 -> server.advance(random.nextInt(4_000));
                    default -> maybeStall();
                }
            }
            server.checkReplay(context("replay"));
            return log;
        }

        private void acquire(String name) {
            long ttlMillis = 1_000L + random.nextInt(5_000);
            LockAnswer answer =
                    server.acquire(name, "c" + random.nextInt(3), ttlMillis).get(0);
            log.add("acquire " + name + " " + answer);
            if (answer.status() == Status.ACQUIRED) {
                assertFalse(mustBeHeld(name), context("granted a lock that is held"));
                assertTrue(answer.fencingToken() > lastFencingToken, context("fencing tokens must rise"));
                lastFencingToken = answer.fencingToken();
                tokens.add(answer.lockToken());
                model.put(name, new Held(answer.lockToken(), ttlMillis, runningMillis()));
            } else {
                assertEquals(Status.BUSY, answer.status(), context("acquire"));
                assertTrue(mayBeHeld(name), context("refused a lock that is free"));
            }
        }

        private void heartbeat(String name, String token) {
            LockAnswer answer = server.heartbeat(name, token);
            log.add("heartbeat " + name + " " + answer);
            checkVerdict(name, token, answer.status(), Status.HEARTBEAT_RECEIVED);
            if (answer.status() == Status.HEARTBEAT_RECEIVED) {
                model.computeIfPresent(name, (n, held) -> new Held(token, held.ttlMillis, runningMillis()));
            }
        }

        private void release(String name, String token) {
            LockAnswer answer = server.release(name, token);
            log.add("release " + name + " " + answer);
            checkVerdict(name, token, answer.status(), Status.RELEASED);
            if (answer.status() == Status.RELEASED) {
                model.remove(name);
            }
        }

        private void checkVerdict(String name, String token, Status actual, Status success) {
            boolean own = model.containsKey(name) && model.get(name).token.equals(token);
            if (actual == success) {
                assertTrue(own && mayBeHeld(name), context("took a token that is dead or not the holder's"));
            } else if (actual == Status.INVALID_TOKEN) {
                assertTrue(!own && mayBeHeld(name), context("called the holder's own token invalid"));
            } else {
                assertEquals(Status.NOT_FOUND, actual, context("verdict"));
                assertFalse(mustBeHeld(name), context("lost a lock before its time"));
                model.remove(name);
            }
        }

        private void status(String name) {
            boolean locked = server.service().status(name).isLocked();
            log.add("status " + name + " " + locked);
            assertTrue(locked ? mayBeHeld(name) : !mustBeHeld(name), context("status of " + name));
        }

        private void maybeStall() {
            if (random.nextInt(4) == 0) {
                long millis = 1_200L + random.nextInt(20_000);
                server.stall(millis);
                server.tick();
                stalledMillis += millis;
            }
        }

        private boolean mustBeHeld(String name) {
            Held held = model.get(name);
            return held != null && runningMillis() < held.renewedAtMillis + held.ttlMillis;
        }

        private boolean mayBeHeld(String name) {
            Held held = model.get(name);
            // A stall also holds back every expiry for a second, and shifts by what had passed since the last tick.
            long grace = LATE_MS + (stalledMillis > 0 ? 2 * LATE_MS : 0);
            return held != null && runningMillis() <= held.renewedAtMillis + held.ttlMillis + grace;
        }

        /** Time less the spans in which the server stood still, which no lease has to pay for. */
        private long runningMillis() {
            return server.nowMillis() - stalledMillis;
        }

        private String pickToken(String name) {
            boolean own = model.containsKey(name) && random.nextInt(3) > 0;
            return own ? model.get(name).token : tokens.get(random.nextInt(tokens.size()));
        }

        private String context(String what) {
            return what + ", seed " + seed + " (-Dseed=" + seed + "), step " + log.size() + ": "
                    + log.get(log.size() - 1);
        }
    }
}
