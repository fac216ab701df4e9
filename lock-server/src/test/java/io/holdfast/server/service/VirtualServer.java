package io.holdfast.server.service;

import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Token;
import io.holdfast.server.log.MemoryLog;
import io.holdfast.server.log.Promises;
import io.holdfast.server.log.RestartState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The real service over a clock, a disk and a source of tokens that the test holds in its hand. */
final class VirtualServer {
    static final long DEFAULT_TTL_MS = 45_000;
    static final int EVENTS_KEPT = 12;
    static final int MAX_LISTENERS = 3;
    private static final long TICK_MS = 100;
    static final int ENDED_REQUESTS_KEPT = 20;
    private static final ServiceLimits LIMITS =
            new ServiceLimits(DEFAULT_TTL_MS, 10_000, 4, 1_000, 3, ENDED_REQUESTS_KEPT);

    private final Deque<Consumer<Boolean>> heldWrites = new ArrayDeque<>();
    private @Nullable RestartState disk;
    private long nowMillis;
    private long wallMillis;
    private long tokensDrawn;
    private boolean diskHeld;
    private LockService service;
    private Promises promises;
    private Recording recording = newRecording();
    private boolean durable;
    private final Deque<BooleanSupplier> turns = new ArrayDeque<>();

    VirtualServer() {
        start();
    }

    /** Starts the service from what is on the disk. */
    void start() {
        RestartState last = disk;
        RestartState first = Promises.atStart(last, DEFAULT_TTL_MS, wallMillis);
        disk = first;
        promises = new Promises(first, this::write);
        TimeSource time = new TimeSource(() -> nowMillis, () -> wallMillis);
        long fencing = first.fencingReserved() - Promises.FENCING_BLOCK;
        turns.clear();
        recording = durable && last != null ? recording.restarted() : newRecording();
        recording.table().raiseFencing(fencing);
        service = new LockService(
                recording.table(),
                time,
                () -> new Token(0, ++tokensDrawn),
                promises,
                LIMITS,
                durable ? 0 : Promises.mustWaitFor(last),
                new Events(
                        new EventLimits(EVENTS_KEPT, MAX_LISTENERS), fencing + 1, time, new MemoryLog(), turns::add));
        service.resume();
    }

    private static Recording newRecording() {
        Supplier<LockTable> empty = () -> new LockTable(0, LIMITS.endedRequestsKept());
        return new Recording(empty.get(), empty);
    }

    /** From now on a restart forgets nothing. */
    void makeDurable() {
        durable = true;
    }

    /** Ends the run in good order. */
    void stop() {
        service.drain();
        disk = promises.atEnd(service.isClean());
    }

    /** How many changes were made since the start. */
    int changes() {
        return recording.commands();
    }

    /** Repeats what happened since the start on another table. */
    void checkReplay(String context) {
        recording.check(context);
    }

    LockService service() {
        return service;
    }

    long nowMillis() {
        return nowMillis;
    }

    /** The answers to an acquire so far: one, or none while it waits for the disk. */
    List<LockAnswer> acquire(String resourceName, @Nullable String clientId, @Nullable Long ttlMs) {
        List<LockAnswer> answers = new ArrayList<>();
        service.acquire(AcquireRequest.tryOnce(resourceName, clientId, ttlMs), new VirtualCaller(answers::add));
        return answers;
    }

    LockAnswer heartbeat(String resourceName, String lockToken) {
        return service.heartbeat(new TokenRequest(resourceName, lockToken));
    }

    LockAnswer release(String resourceName, String lockToken) {
        return service.release(new TokenRequest(resourceName, lockToken));
    }

    /** Lets time pass with the server running: it ticks as it would. */
    void advance(long millis) {
        long end = nowMillis + millis;
        while (nowMillis < end) {
            long step = Math.min(TICK_MS - nowMillis % TICK_MS, end - nowMillis);
            stall(step);
            if (nowMillis % TICK_MS == 0) {
                tick();
            }
        }
    }

    /** Lets time pass with the server standing still. */
    void stall(long millis) {
        nowMillis += millis;
        wallMillis += millis;
    }

    void tick() {
        while (service.tick()) {
            // there is more
        }
        tellEvents();
    }

    /** Takes the turns in which listeners are told. */
    void tellEvents() {
        while (!turns.isEmpty()) {
            BooleanSupplier turn = turns.remove();
            while (turn.getAsBoolean()) {
                // there is more
            }
        }
    }

    void jumpWallClock(long millis) {
        wallMillis += millis;
    }

    void holdDisk() {
        diskHeld = true;
    }

    /** Lets the writes that were held go through, or fail. */
    void releaseDisk(boolean success) {
        diskHeld = false;
        while (!heldWrites.isEmpty()) {
            heldWrites.remove().accept(success);
        }
    }

    private void write(RestartState state, Consumer<Boolean> done) {
        Consumer<Boolean> finish = success -> {
            if (success) {
                disk = state;
            }
            done.accept(success);
        };
        if (diskHeld) {
            heldWrites.add(finish);
        } else {
            finish.accept(true);
        }
    }
}
