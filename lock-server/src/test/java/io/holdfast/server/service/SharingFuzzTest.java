package io.holdfast.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.AcquireTerms;
import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LockMode;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random acquires in all modes, waits, repetitions, cancels, disconnects, breaks and releases against a model of plain lists.
 * What everybody was told, in which order, must be the same. {@code -Dseed=N} replays one run.
 */
final class SharingFuzzTest {
    private static final int RUNS = 400;
    private static final int STEPS = 300;
    private static final int LIMIT = 4;
    private static final long GRACE_MS = 1_000;
    /** Enough for every grace that runs, and so often that no lease ends meanwhile. */
    private static final long PAUSE_MS = 2_000;

    private static final int MAX_PAUSES = 20;

    @Test
    void everybodyIsToldWhatTheModelSays() {
        Long only = Long.getLong("seed");
        long first = only != null ? only : new Random().nextLong();
        for (long seed = first; seed < first + (only != null ? 1 : RUNS); seed++) {
            String replay = "seed " + seed + " (-Dseed=" + seed + ")";
            Run run = new Run(seed);
            run.play();
            assertEquals(String.join("\n", run.model.told), String.join("\n", run.told), replay);
            run.server.checkReplay(replay);
            Run again = new Run(seed);
            again.play();
            assertEquals(run.told, again.told, "replay differs, " + replay);
        }
    }

    /** What somebody asked for. The name is the client's, and its request id as well. */
    private record Wish(String client, String resource, ResourceClaim claim) {}

    private static final class Run {
        private final Random random;
        private final VirtualServer server = new VirtualServer();
        private final Model model = new Model();
        private final List<String> told = new ArrayList<>();
        private final List<Wish> wishes = new ArrayList<>();
        private final Map<String, VirtualCaller> callers = new HashMap<>();
        private final Map<String, String> tokens = new HashMap<>();
        private int pauses;

        private Run(long seed) {
            random = new Random(seed);
        }

        private void play() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(12)) {
                    case 0, 1, 2 -> ask(newWish(), true);
                    case 3 -> ask(newWish(), false);
                    case 4 -> onOne(wish -> ask(wish, true));
                    case 5 -> onOne(this::cancel);
                    case 6 -> onOne(this::disconnect);
                    case 7 -> breakHolds("r" + random.nextInt(3), random.nextInt(3) == 0 ? 0 : GRACE_MS);
                    case 8 -> pause();
                    default -> onOne(this::release);
                }
            }
        }

        private Wish newWish() {
            String resource = "r" + random.nextInt(3);
            ResourceClaim claim =
                    switch (random.nextInt(4)) {
                        case 0 -> ResourceClaim.of(resource, LockMode.EXCLUSIVE);
                        case 1, 2 -> ResourceClaim.of(resource, LockMode.SHARED);
                        default -> ResourceClaim.permits(resource, 1 + random.nextInt(LIMIT), LIMIT);
                    };
            Wish wish = new Wish("client-" + wishes.size(), resource, claim);
            wishes.add(wish);
            return wish;
        }

        private void onOne(Consumer<Wish> action) {
            if (!wishes.isEmpty()) {
                // Mostly the recent ones: the old ones are over.
                int back = Math.min(wishes.size(), 1 + random.nextInt(12));
                action.accept(wishes.get(wishes.size() - back));
            }
        }

        private void ask(Wish wish, boolean wait) {
            VirtualCaller caller = new VirtualCaller(answer -> hear(wish, answer));
            VirtualCaller older = callers.put(wish.client, caller);
            boolean olderWaits = older != null && !older.isAnswered();
            AcquireTerms terms =
                    new AcquireTerms(wish.client, null, wait ? 60_000 : 0, wish.client + "-request", 0, Map.of());
            server.service().acquire(new AcquireRequest(wish.claim, terms), caller);
            model.ask(wish, wait, olderWaits);
        }

        private void hear(Wish wish, LockAnswer answer) {
            told.add(wish.client + " " + answer.status());
            if (answer.status() == Status.ACQUIRED) {
                tokens.put(wish.client, Objects.requireNonNull(answer.lockToken()));
            }
        }

        private void cancel(Wish wish) {
            server.service().cancel(new CancelRequest(wish.resource, wish.client, wish.client + "-request"));
            model.cancel(wish);
        }

        private void disconnect(Wish wish) {
            VirtualCaller caller = callers.get(wish.client);
            if (caller != null) {
                caller.disconnect();
                model.disconnect(wish);
            }
        }

        private void release(Wish wish) {
            String token = tokens.get(wish.client);
            if (token != null) {
                if (LockAnswer.BROKEN.equals(
                        server.release(wish.resource, token).reason())) {
                    told.add(wish.client + " is told that it was broken");
                }
                model.release(wish);
            }
        }

        private void breakHolds(String resource, long graceMillis) {
            server.service()
                    .breakHolds(
                            new BreakRequest(resource, null, graceMillis),
                            new VirtualCaller(answer -> told.add("break " + resource + " " + answer.status())));
            model.breakHolds(resource, graceMillis > 0);
        }

        /** Long enough for a place that nobody is at to end as well: there are none. */
        private void pause() {
            if (pauses++ < MAX_PAUSES) {
                model.detached().forEach(this::cancel);
                server.advance(PAUSE_MS);
                model.endGraces();
            }
        }
    }

    /** Lists, searched from the front; as slow and as plain as can be. */
    private static final class Model {
        private final List<String> told = new ArrayList<>();
        private final List<Wish> holders = new ArrayList<>();
        private final List<Wish> line = new ArrayList<>();
        private final List<Wish> attached = new ArrayList<>();
        private final List<Wish> over = new ArrayList<>();
        private final List<Wish> broken = new ArrayList<>();
        private final List<String> graces = new ArrayList<>();

        private void ask(Wish wish, boolean wait, boolean olderWaits) {
            if (over.contains(wish)) {
                tell(wish, Status.ENDED);
            } else if (holders.contains(wish)) {
                tell(wish, Status.ACQUIRED);
            } else if (line.contains(wish)) {
                if (olderWaits && attached.contains(wish)) {
                    tell(wish, Status.QUEUED);
                }
                attached.remove(wish);
                attached.add(wish);
                handOver(wish.resource);
            } else {
                askAnew(wish, wait);
            }
        }

        private void askAnew(Wish wish, boolean wait) {
            Status mismatch = mismatch(wish);
            if (mismatch != null) {
                tell(wish, mismatch);
            } else if (admits(wish) && firstAttached(wish.resource) == null) {
                holders.add(wish);
                tell(wish, Status.ACQUIRED);
            } else if (!wait) {
                tell(wish, Status.BUSY);
            } else if (line.stream()
                            .filter(other -> other.resource.equals(wish.resource))
                            .count()
                    >= 4) {
                tell(wish, Status.LIMIT_EXCEEDED);
            } else {
                line.add(wish);
                attached.add(wish);
            }
        }

        private void cancel(Wish wish) {
            if (line.remove(wish) && attached.remove(wish)) {
                tell(wish, Status.ENDED);
            }
            holders.remove(wish);
            end(wish);
            handOver(wish.resource);
        }

        /** The oldest ones are forgotten. */
        private void end(Wish wish) {
            if (!over.contains(wish)) {
                over.add(wish);
            }
            if (over.size() > VirtualServer.ENDED_REQUESTS_KEPT) {
                over.remove(0);
            }
        }

        private void disconnect(Wish wish) {
            if (attached.remove(wish)) {
                handOver(wish.resource);
            }
        }

        private void release(Wish wish) {
            if (holders.remove(wish)) {
                end(wish);
                handOver(wish.resource);
            } else if (broken.contains(wish)) {
                told.add(wish.client + " is told that it was broken");
            }
        }

        private void breakHolds(String resource, boolean withGrace) {
            List<Wish> held = holders.stream()
                    .filter(holder -> holder.resource.equals(resource))
                    .toList();
            told.add("break " + resource + " " + (held.isEmpty() ? Status.NOT_FOUND : Status.BROKEN));
            holders.removeAll(held);
            broken.addAll(held);
            held.forEach(this::end);
            if (withGrace && !held.isEmpty()) {
                graces.add(resource);
            }
            handOver(resource);
        }

        private List<Wish> detached() {
            return line.stream().filter(wish -> !attached.contains(wish)).toList();
        }

        private void endGraces() {
            while (!graces.isEmpty()) {
                handOver(graces.remove(0));
            }
        }

        private void handOver(String resource) {
            Wish next = firstAttached(resource);
            while (next != null && admits(next)) {
                line.remove(next);
                attached.remove(next);
                holders.add(next);
                tell(next, Status.ACQUIRED);
                next = firstAttached(resource);
            }
        }

        private @Nullable Wish firstAttached(String resource) {
            return line.stream()
                    .filter(wish -> wish.resource.equals(resource) && attached.contains(wish))
                    .findFirst()
                    .orElse(null);
        }

        private @Nullable Status mismatch(Wish wish) {
            List<Wish> all = new ArrayList<>(holders);
            all.addAll(line);
            return all.stream()
                    .filter(other -> other.resource.equals(wish.resource))
                    .findFirst()
                    .filter(kind -> (kind.claim.limit() == null) != (wish.claim.limit() == null))
                    .map(kind -> Status.MODE_MISMATCH)
                    .orElse(null);
        }

        private boolean admits(Wish wish) {
            if (graces.contains(wish.resource)) {
                return false;
            }
            List<Wish> there = holders.stream()
                    .filter(holder -> holder.resource.equals(wish.resource))
                    .toList();
            if (wish.claim.limit() != null) {
                int taken = there.stream()
                        .mapToInt(holder -> holder.claim.permits())
                        .sum();
                return taken + wish.claim.permits() <= LIMIT;
            }
            boolean allShared = there.stream().allMatch(holder -> holder.claim.mode() == LockMode.SHARED);
            return there.isEmpty() || (allShared && wish.claim.mode() == LockMode.SHARED);
        }

        private void tell(Wish wish, Status status) {
            told.add(wish.client + " " + status);
        }
    }
}
