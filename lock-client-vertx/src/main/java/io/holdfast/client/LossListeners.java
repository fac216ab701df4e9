package io.holdfast.client;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who wants to know of one lock's loss. Each is told once, by whichever thread notices first. Thread-safe. */
final class LossListeners {
    private final Queue<Consumer<LossReason>> untold = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable LossReason> reason = new AtomicReference<>();
    private final Consumer<Throwable> trouble;

    /** What listeners throw is given to {@code trouble}, which throws nothing itself. */
    LossListeners(Consumer<Throwable> trouble) {
        this.trouble = trouble;
    }

    /** Adds one; it is told at once if the lock is known to be lost. */
    void add(Consumer<LossReason> listener) {
        untold.add(listener);
        tell();
    }

    /** The lock is lost. */
    void lost(LossReason why) {
        reason.compareAndSet(null, why);
        tell();
    }

    private void tell() {
        LossReason why = reason.get();
        if (why == null) {
            return;
        }
        for (Consumer<LossReason> next = untold.poll(); next != null; next = untold.poll()) {
            try {
                next.accept(why);
            } catch (Throwable thrown) {
                // Whatever it is, the others are told, and the thread that tells them lives on.
                trouble.accept(thrown);
            }
        }
    }
}
