package io.holdfast.client.blocking;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Interrupts one thread when one lock is lost, at most once, and never after {@link #end} has been called. Thread-safe.
 *
 * <p>The loss and the end may come at the same moment on two threads. Whoever first takes the stage on from {@code ARMED}
 * wins: if it is the end, nothing is interrupted any more; if it is the loss, the end waits for the few instructions until
 * the interrupt has been delivered, and so knows of it. An interrupt that nobody has consumed by then is about a lock that
 * this thread is done with, and the end takes it back, so that it does not hit whatever the thread does next.
 */
final class LossInterrupt {
    private enum Stage {
        ARMED,
        INTERRUPTING,
        INTERRUPTED,
        ENDED
    }

    private final Thread worker;
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.ARMED);

    LossInterrupt(Thread worker) {
        this.worker = worker;
    }

    boolean isFor(Thread thread) {
        return worker == thread;
    }

    /** The lock is lost. */
    void lost() {
        if (!stage.compareAndSet(Stage.ARMED, Stage.INTERRUPTING)) {
            return;
        }
        // A thread that somebody else has interrupted will stop anyway, and that interrupt is not for us to take back.
        boolean interrupt = !worker.isInterrupted();
        if (interrupt) {
            worker.interrupt();
        }
        stage.set(interrupt ? Stage.INTERRUPTED : Stage.ENDED);
    }

    /** The work is over, or the lock is about to be given back. */
    void end() {
        if (stage.compareAndSet(Stage.ARMED, Stage.ENDED)) {
            return;
        }
        while (stage.get() == Stage.INTERRUPTING) {
            Thread.onSpinWait();
        }
        // Only the worker can take it back; somebody else who releases leaves that to the worker's own close.
        if (isFor(Thread.currentThread()) && stage.compareAndSet(Stage.INTERRUPTED, Stage.ENDED)) {
            Thread.interrupted();
        }
    }
}
