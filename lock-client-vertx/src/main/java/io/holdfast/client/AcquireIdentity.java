package io.holdfast.client;

import io.holdfast.protocol.CancelRequest;
import org.jspecify.annotations.Nullable;

/**
 * The request id an acquire goes by now, and whether the service may keep a place or a lock under it. To be used on the
 * client's context only.
 */
final class AcquireIdentity {
    private final Means means;
    private final Wish wish;
    private String requestId;
    private @Nullable Session session;
    private boolean used;
    private boolean exposed;
    private boolean exposedBefore;

    AcquireIdentity(Means means, Wish wish) {
        this.means = means;
        this.wish = wish;
        this.requestId = means.requestIds().get();
    }

    String requestId() {
        return requestId;
    }

    /** What the request id is used in; null for no session. */
    @Nullable
    Session session() {
        return session;
    }

    /** Whether it has to become another one to be used in that session: a request id belongs to one. */
    boolean isOfAnother(@Nullable Session next) {
        return used && next != session;
    }

    void useIn(@Nullable Session next) {
        session = next;
        used = true;
    }

    /** A request under this id is about to be sent. */
    void sending() {
        exposedBefore = exposed;
        exposed = true;
    }

    /** That request did nothing. */
    void nothingHappened() {
        exposed = exposedBefore;
    }

    /** The service keeps nothing under this id. */
    void settled() {
        exposed = false;
    }

    /** From now on another one, of which the service has not heard. */
    void renew() {
        exposed = false;
        requestId = means.requestIds().get();
    }

    /** Cancels what the service may keep; null if there is nothing to cancel. */
    @Nullable
    Errand cancel() {
        if (!exposed || means.level().isBase()) {
            return null;
        }
        CancelRequest request = wish.cancel(requestId);
        return means.errands().begin(() -> means.api().cancel(request), session, wish.likelyTtlMillis());
    }
}
