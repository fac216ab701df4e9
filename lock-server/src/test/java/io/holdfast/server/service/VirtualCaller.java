package io.holdfast.server.service;

import io.holdfast.protocol.LockAnswer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request whose answer a test sees, and whose connection it can break. */
final class VirtualCaller implements Caller {
    private final Consumer<LockAnswer> onAnswer;
    private @Nullable Runnable gone;
    private boolean answered;
    private boolean disconnected;

    VirtualCaller(Consumer<LockAnswer> onAnswer) {
        this.onAnswer = onAnswer;
    }

    @Override
    public void answer(LockAnswer answer, Runnable undelivered) {
        if (answered) {
            throw new AssertionError("answered twice: " + answer);
        }
        answered = true;
        if (disconnected) {
            undelivered.run();
        } else {
            onAnswer.accept(answer);
        }
    }

    @Override
    public void onGone(Runnable newGone) {
        gone = newGone;
    }

    boolean isAnswered() {
        return answered;
    }

    /** Breaks the connection, and the server notices. */
    void disconnect() {
        disconnected = true;
        if (!answered && gone != null) {
            gone.run();
        }
    }

    /** Breaks the connection; the server notices when it writes. */
    void disconnectSilently() {
        disconnected = true;
    }
}
