package io.holdfast.server.service;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The only place in the server that reads a clock. Leases run on the monotonic one; the wall clock is shown to people
 * and seeds the fencing tokens, and may jump as it likes. Confined to the event loop.
 */
public final class TimeSource {
    private final LongSupplier monotonicMillis;
    private final LongSupplier wallMillis;

    /** A time source for a simulation, over the clocks given. */
    public TimeSource(LongSupplier monotonicMillis, LongSupplier wallMillis) {
        this.monotonicMillis = monotonicMillis;
        this.wallMillis = wallMillis;
    }

    /** The machine's clocks. The monotonic one starts near 0. */
    public static TimeSource system() {
        long origin = System.nanoTime();
        return new TimeSource(
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - origin), System::currentTimeMillis);
    }

    /** Milliseconds that never decrease; only differences mean anything. */
    public long nowMillis() {
        return monotonicMillis.getAsLong();
    }

    /** Milliseconds since 1970, for showing. */
    public long wallMillis() {
        return wallMillis.getAsLong();
    }
}
