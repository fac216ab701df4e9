package io.holdfast.server.log;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a server in memory mode may hand out, given what its state file says: leases no longer than the longest one on
 * record, fencing tokens no higher than the reserved ones (lease rules S6 and S9). Raises the record before it is
 * needed where it can, and makes a request wait for it where it cannot. Confined to the event loop.
 */
public final class Promises {
    /** Fencing tokens reserved at a time: at 100 000 grants a second, a write every three minutes. */
    public static final long FENCING_BLOCK = 1L << 24;
    /** The fencing counter of a first start leaves room for this many grants in every second since 1970. */
    private static final long FENCING_PER_SECOND = 1L << 20;

    private final Writer writer;
    private final List<Consumer<Boolean>> waiting = new ArrayList<>();
    private RestartState synced;
    private RestartState wanted;
    private boolean writing;

    /** Writes a state to the disk and tells how it went, on the event loop. One write at a time. */
    @FunctionalInterface
    public interface Writer {
        /** Calls {@code done} with true once the state is synced, with false if that failed. */
        void write(RestartState state, Consumer<Boolean> done);
    }

    /**
     * Creates the promises of a run that starts now.
     *
     * @param synced what the file says, already for this run: see {@link #atStart}
     */
    public Promises(RestartState synced, Writer writer) {
        this.synced = synced;
        this.wanted = synced;
        this.writer = writer;
    }

    /** Promises of a server that forgets nothing, so that anything may be handed out. */
    public static Promises unlimited() {
        return new Promises(new RestartState(Long.MAX_VALUE, Long.MAX_VALUE, false), (state, done) -> {
            throw new IllegalStateException("there is nothing that an unlimited promise has to wait for");
        });
    }

    /** What the file must say before a run that follows {@code last} serves its first request. */
    public static RestartState atStart(@Nullable RestartState last, long defaultTtlMillis, long wallMillis) {
        return new RestartState(
                Math.max(defaultTtlMillis, mustWaitFor(last)), firstFencing(last, wallMillis) + FENCING_BLOCK, false);
    }

    /** The newest fencing token that may have been given out before a run that follows {@code last}. */
    public static long firstFencing(@Nullable RestartState last, long wallMillis) {
        long byClock = wallMillis / 1000 * FENCING_PER_SECOND;
        return last == null ? byClock : Math.max(byClock, last.fencingReserved());
    }

    /** How long leases of the last run may still be believed in, in milliseconds from its end. */
    public static long mustWaitFor(@Nullable RestartState last) {
        return last == null || last.clean() ? 0 : last.longestTtlMillis();
    }

    /** Whether a lease of that length and that fencing token may be given out now. */
    public boolean allows(long ttlMillis, long fencingToken) {
        if (fencingToken > synced.fencingReserved() - FENCING_BLOCK / 2) {
            want(synced.longestTtlMillis(), synced.fencingReserved() + FENCING_BLOCK);
        }
        return ttlMillis <= synced.longestTtlMillis() && fencingToken <= synced.fencingReserved();
    }

    /** Calls back when what {@link #allows} refused is allowed (true), or cannot be (false). */
    public void await(long ttlMillis, Consumer<Boolean> done) {
        waiting.add(done);
        want(ttlMillis, wanted.fencingReserved());
    }

    /** The record of a run that ends: clean when nothing it granted can still be believed in. */
    public RestartState atEnd(boolean clean) {
        return new RestartState(synced.longestTtlMillis(), wanted.fencingReserved(), clean);
    }

    private void want(long longestTtlMillis, long fencingReserved) {
        wanted = new RestartState(
                Math.max(wanted.longestTtlMillis(), longestTtlMillis),
                Math.max(wanted.fencingReserved(), fencingReserved),
                false);
        write();
    }

    private void write() {
        if (writing) {
            return;
        }
        writing = true;
        RestartState state = wanted;
        List<Consumer<Boolean>> covered = List.copyOf(waiting);
        waiting.clear();
        writer.write(state, success -> written(state, covered, success));
    }

    private void written(RestartState state, List<Consumer<Boolean>> covered, boolean success) {
        writing = false;
        if (success) {
            synced = state;
        } else {
            wanted = synced; // whoever needs more asks again
        }
        covered.forEach(done -> done.accept(success));
        if (!waiting.isEmpty()) {
            write();
        }
    }
}
