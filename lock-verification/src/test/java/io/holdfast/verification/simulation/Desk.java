package io.holdfast.verification.simulation;

import io.holdfast.protocol.AcquireAllRequest;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpenRequest;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.server.service.Caller;
import io.holdfast.server.service.LockService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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

    void open(SessionOpenRequest request, Consumer<SessionOpened> opened, Consumer<LockAnswer> refused) {
        service.openSession(request, opened, refused);
    }

    @Nullable
    SessionBeaten beat(SessionRequest request) {
        return service.heartbeat(request);
    }

    LockAnswer close(SessionRequest request) {
        return service.closeSession(request);
    }

    void breakHolds(BreakRequest request, Caller caller) {
        service.breakHolds(request, caller);
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
