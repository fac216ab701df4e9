package io.holdfast.client;

import io.holdfast.client.core.BackOff;
import io.holdfast.client.core.Retry;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.TokenRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * Gives one lock back. Releasing is idempotent, so an attempt without an answer is repeated: a few times, and not after
 * the lease has ended by itself.
 */
final class ReleaseCall {
    private static final int MAX_ATTEMPTS = 3;
    private static final BackOff BACK_OFF = new BackOff(100, 1_000);

    private final HttpLockApi api;
    private final Ticker ticker;
    private final TokenRequest request;
    private final Retry retry;
    private final Promise<ReleaseResult> result = Promise.promise();
    private boolean mayHaveHappened;

    private ReleaseCall(HttpLockApi api, Ticker ticker, TokenRequest request, Retry retry) {
        this.api = api;
        this.ticker = ticker;
        this.request = request;
        this.retry = retry;
    }

    /** Starts; the answer never fails and is never {@link ReleaseResult#ALREADY_LOST}. */
    static Future<ReleaseResult> start(
            HttpLockApi api, Ticker ticker, TokenRequest request, long untilMillis, RandomGenerator random) {
        Retry retry = new Retry(BACK_OFF, untilMillis, MAX_ATTEMPTS, random);
        ReleaseCall call = new ReleaseCall(api, ticker, request, retry);
        call.attempt();
        return call.result.future();
    }

    private void attempt() {
        api.release(request).onSuccess(this::replied);
    }

    private void replied(ServerReply reply) {
        switch (reply.outcome()) {
            case ANSWERED -> result.complete(judge(reply.requireAnswer().status()));
            case UNAVAILABLE -> repeat();
            case UNKNOWN -> {
                mayHaveHappened = true;
                repeat();
            }
        }
    }

    private ReleaseResult judge(Status status) {
        return switch (status) {
            case RELEASED -> ReleaseResult.RELEASED;
            // After an attempt that may have worked, "there is no such lock" is what success looks like.
            case NOT_FOUND, INVALID_TOKEN -> mayHaveHappened ? ReleaseResult.RELEASED : ReleaseResult.NOT_HELD;
            default -> ReleaseResult.UNKNOWN;
        };
    }

    private void repeat() {
        OptionalLong delayMillis = retry.afterFailure(ticker.nowMillis());
        if (delayMillis.isPresent()) {
            ticker.after(delayMillis.getAsLong(), this::attempt);
        } else {
            result.complete(ReleaseResult.UNKNOWN);
        }
    }
}
