package io.holdfast.verification.simulation;

import io.holdfast.protocol.AcquireAllRequest;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.server.service.Caller;
import io.holdfast.server.service.LockService;

/** Where requests reach the real service; a planted bug sits here instead of in it. */
class Desk {
    private final LockService service;

    Desk(LockService service) {
        this.service = service;
    }

    void acquire(AcquireRequest request, Caller caller) {
        service.acquire(request, caller);
    }

    void acquireAll(AcquireAllRequest request, Caller caller) {
        service.acquireAll(request, caller);
    }

    LockAnswer cancel(CancelRequest request) {
        return service.cancel(request);
    }

    LockAnswer heartbeat(TokenRequest request) {
        return service.heartbeat(request);
    }

    LockAnswer release(TokenRequest request) {
        return service.release(request);
    }
}
