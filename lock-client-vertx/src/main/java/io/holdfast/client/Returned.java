package io.holdfast.client;

import io.holdfast.client.core.LossCause;
import io.holdfast.protocol.LockAnswer;
import io.vertx.core.Future;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of giving a lock, or a session with all it has, back. Immutable.
 *
 * @param result never {@link ReleaseResult#ALREADY_LOST}
 * @param loss with {@link ReleaseResult#NOT_HELD}, why it was lost; else null
 * @param detail for people, as {@link HeldLock#detail}
 */
record Returned(ReleaseResult result, @Nullable LossCause loss, String detail) {

    /** What the errand's caller is to be told. Never fails. */
    static Future<Returned> by(Errand errand) {
        return errand.told().map(reply -> judge(reply.answer(), errand.isInDoubt()));
    }

    private static Returned judge(@Nullable LockAnswer answer, boolean inDoubt) {
        if (answer == null) {
            return of(ReleaseResult.UNKNOWN);
        }
        return switch (answer.status()) {
            case RELEASED, CLOSED -> of(ReleaseResult.RELEASED);
            case NOT_FOUND, INVALID_TOKEN, SESSION_NOT_FOUND -> notHeld(answer, inDoubt);
            default -> of(ReleaseResult.UNKNOWN);
        };
    }

    private static Returned notHeld(LockAnswer answer, boolean inDoubt) {
        boolean broken = LockAnswer.BROKEN.equalsIgnoreCase(answer.reason());
        if (inDoubt && !broken) {
            // After an attempt that may have worked, "there is no such lock" is what success looks like.
            return of(ReleaseResult.RELEASED);
        }
        LossCause loss = broken ? LossCause.BROKEN : LossCause.OTHER_TOKEN;
        return new Returned(ReleaseResult.NOT_HELD, loss, Objects.requireNonNullElse(answer.breakReason(), ""));
    }

    private static Returned of(ReleaseResult result) {
        return new Returned(result, null, "");
    }
}
