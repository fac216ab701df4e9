package io.holdfast.client;

import io.holdfast.client.core.Retry;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.Status;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.OptionalLong;

/**
 * Makes sure that an acquire holds nothing, whatever became of it. Cancelling is idempotent, so an attempt without an answer
 * is repeated as often as that of a release.
 */
final class CancelCall {
    private final Means means;
    private final CancelRequest request;
    private final Retry retry;
    private final Promise<Boolean> confirmed = Promise.promise();

    private CancelCall(Means means, CancelRequest request) {
        this.means = means;
        this.request = request;
        this.retry = new Retry(ReleaseCall.BACK_OFF, Long.MAX_VALUE, ReleaseCall.MAX_ATTEMPTS, means.random());
    }

    /** Starts; the answer never fails and says whether the service confirmed that the acquire holds nothing. */
    static Future<Boolean> start(Means means, CancelRequest request) {
        CancelCall call = new CancelCall(means, request);
        call.attempt();
        return call.confirmed.future();
    }

    private void attempt() {
        means.api().cancel(request).onSuccess(this::replied);
    }

    private void replied(ServerReply reply) {
        if (reply.outcome() == ServerReply.Outcome.ANSWERED) {
            // A server that knows only the base says that there is no such call.
            confirmed.complete(reply.is(Status.CANCELLED));
            return;
        }
        OptionalLong delayMillis = retry.afterFailure(means.nowMillis());
        if (delayMillis.isPresent()) {
            means.ticker().after(delayMillis.getAsLong(), this::attempt);
        } else {
            confirmed.complete(false);
        }
    }
}
