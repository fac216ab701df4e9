package io.holdfast.client;

import io.holdfast.client.core.BackOff;
import io.holdfast.client.core.LossCause;
import io.holdfast.client.core.Retry;
import io.holdfast.protocol.LockAnswer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives one lock, or one session with all it has, back. That is idempotent, so an attempt without an answer is repeated, but
 * not after the lease has ended by itself. What is given up too soon stays held for as long as its session lives, so the
 * attempts go on for longer than a service of three nodes needs to find a new leader (four seconds at most).
 */
final class ReleaseCall {
    /** Six seconds at least, even when each is refused at once. */
    static final int MAX_ATTEMPTS = 16;

    static final BackOff BACK_OFF = new BackOff(100, 1_000);

    private final Ticker ticker;
    private final Supplier<Future<ServerReply>> request;
    private final Retry retry;
    private final Promise<Returned> result = Promise.promise();
    private boolean mayHaveHappened;

    /**
     * What came of it.
     *
     * @param result never {@link ReleaseResult#ALREADY_LOST}
     * @param loss with {@link ReleaseResult#NOT_HELD}, why it was lost; else null
     * @param detail for people, as {@link HeldLock#detail}
     */
    record Returned(ReleaseResult result, @Nullable LossCause loss, String detail) {
        private static Returned of(ReleaseResult result) {
            return new Returned(result, null, "");
        }
    }

    private ReleaseCall(Ticker ticker, Supplier<Future<ServerReply>> request, Retry retry) {
        this.ticker = ticker;
        this.request = request;
        this.retry = retry;
    }

    /** Starts; {@code request} sends it once. The answer never fails. */
    static Future<Returned> start(Means means, Supplier<Future<ServerReply>> request, long untilMillis) {
        Retry retry = new Retry(BACK_OFF, untilMillis, MAX_ATTEMPTS, means.random());
        ReleaseCall call = new ReleaseCall(means.ticker(), request, retry);
        call.attempt();
        return call.result.future();
    }

    private void attempt() {
        request.get().onSuccess(this::replied);
    }

    private void replied(ServerReply reply) {
        switch (reply.outcome()) {
            case ANSWERED -> result.complete(judge(reply.requireAnswer()));
            case UNAVAILABLE -> repeat();
            case UNKNOWN -> {
                mayHaveHappened = true;
                repeat();
            }
        }
    }

    private Returned judge(LockAnswer answer) {
        return switch (answer.status()) {
            case RELEASED, CLOSED -> Returned.of(ReleaseResult.RELEASED);
            case NOT_FOUND, INVALID_TOKEN, SESSION_NOT_FOUND -> notHeld(answer);
            default -> Returned.of(ReleaseResult.UNKNOWN);
        };
    }

    private Returned notHeld(LockAnswer answer) {
        boolean broken = LockAnswer.BROKEN.equalsIgnoreCase(answer.reason());
        if (mayHaveHappened && !broken) {
            // After an attempt that may have worked, "there is no such lock" is what success looks like.
            return Returned.of(ReleaseResult.RELEASED);
        }
        LossCause loss = broken ? LossCause.BROKEN : LossCause.OTHER_TOKEN;
        return new Returned(ReleaseResult.NOT_HELD, loss, Objects.requireNonNullElse(answer.breakReason(), ""));
    }

    private void repeat() {
        OptionalLong delayMillis = retry.afterFailure(ticker.nowMillis());
        if (delayMillis.isPresent()) {
            ticker.after(delayMillis.getAsLong(), this::attempt);
        } else {
            result.complete(Returned.of(ReleaseResult.UNKNOWN));
        }
    }
}
