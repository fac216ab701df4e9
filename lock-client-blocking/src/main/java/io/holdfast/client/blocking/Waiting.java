package io.holdfast.client.blocking;

import io.holdfast.client.LockClient;
import io.holdfast.client.LockHandle;
import io.holdfast.client.LockRequest;
import io.holdfast.client.PendingLock;
import io.vertx.core.Future;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A lock that a parked thread waits for. To be used on the client's context only. */
final class Waiting {
    private final LockClient client;
    private final LockRequest request;
    private @Nullable PendingLock pending;

    Waiting(LockClient client, LockRequest request) {
        this.client = client;
        this.request = request;
    }

    Future<LockHandle> begin() {
        return start().future();
    }

    /** Empty if somebody else has it, and there was to be no wait. */
    Future<Optional<LockHandle>> beginTry() {
        return start().tried();
    }

    private PendingLock start() {
        PendingLock started = client.begin(request);
        pending = started;
        return started;
    }

    /** The thread does not wait any more: nothing may stay behind. */
    void giveUp() {
        if (pending != null) {
            pending.giveUp();
        }
    }
}
