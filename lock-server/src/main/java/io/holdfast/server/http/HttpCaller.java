package io.holdfast.server.http;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.server.service.Caller;
import io.vertx.core.http.HttpServerRequest;

/** An HTTP request that waits for its answer. Confined to the event loop. */
record HttpCaller(HttpServerRequest request, Outbox outbox) implements Caller {
    @Override
    public void answer(LockAnswer answer, Runnable undelivered) {
        outbox.send(request, answer).onFailure(failure -> undelivered.run());
    }

    @Override
    public void answer(LockAnswer answer) {
        outbox.send(request, answer);
    }

    @Override
    public void onGone(Runnable gone) {
        request.response().closeHandler(closed -> gone.run());
    }
}
