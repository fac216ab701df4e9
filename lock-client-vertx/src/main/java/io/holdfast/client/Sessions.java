package io.holdfast.client;

import io.holdfast.client.core.BackOff;
import io.holdfast.client.core.Lease;
import io.holdfast.client.core.Retry;
import io.holdfast.protocol.SessionOpenRequest;
import io.holdfast.protocol.SessionOpened;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The client's one session: opened when an acquire needs it, and again when it was lost. Where the server knows no sessions,
 * each lock has a lease of its own. To be used on the client's context only.
 */
final class Sessions implements Session.Owner {
    /** A server without sessions may be replaced by one with them; it is asked again that long after. */
    private static final long WITHOUT_MILLIS = 60_000;

    private static final int MAX_ATTEMPTS = 3;
    private static final BackOff BACK_OFF = new BackOff(50, 1_000);

    private final Means means;
    private final SessionApi api;
    private final SessionOpenRequest request;
    private final Keeper keeper;
    private @Nullable Session current;
    private @Nullable Future<Admission> opening;
    private long withoutUntilMillis = Long.MIN_VALUE;
    private boolean closed;

    /**
     * What to acquire in.
     *
     * @param session null for a lease of its own
     * @param failure why there is nothing to acquire in now; null if there is
     */
    record Admission(@Nullable Session session, @Nullable Tried failure) {
        static final Admission WITHOUT = new Admission(null, null);
    }

    /** Whose sessions they are. */
    interface Keeper {
        /** Whether an acquire is under way. */
        boolean isAcquiring();
    }

    /** Opens nothing yet. */
    Sessions(Means means, String clientId, @Nullable Long ttlMillis, Keeper keeper) {
        this.means = means;
        this.api = new SessionApi(means.api());
        this.request = new SessionOpenRequest(clientId, ttlMillis, Map.of());
        this.keeper = keeper;
    }

    /** What to acquire in now. Never fails. */
    Future<Admission> admit() {
        Session session = current;
        if (session != null) {
            session.lease().check();
        }
        if (session != null && session.isLive()) {
            session.use();
            return Future.succeededFuture(new Admission(session, null));
        }
        if (means.nowMillis() < withoutUntilMillis) {
            return Future.succeededFuture(Admission.WITHOUT);
        }
        Future<Admission> begun = opening;
        if (begun == null) {
            begun = open();
            opening = begun;
        }
        return begun;
    }

    private Future<Admission> open() {
        long untilMillis = means.nowMillis() + means.requestTimeoutMillis();
        Promise<Admission> admission = Promise.promise();
        attempt(new Retry(BACK_OFF, untilMillis, MAX_ATTEMPTS, means.random()), admission);
        return admission.future();
    }

    /** What was opened without our hearing of it ends by itself, so an answer that got lost is asked for again. */
    private void attempt(Retry retry, Promise<Admission> admission) {
        long sentMillis = means.nowMillis();
        api.open(request).onSuccess(answer -> {
            OptionalLong againMillis =
                    answer.reply().outcome() == ServerReply.Outcome.UNKNOWN && !answer.isUnknownCall()
                            ? retry.afterFailure(means.nowMillis())
                            : OptionalLong.empty();
            if (againMillis.isPresent() && !closed) {
                means.ticker().after(againMillis.getAsLong(), () -> attempt(retry, admission));
            } else {
                opening = null;
                admission.complete(judge(answer, sentMillis));
            }
        });
    }

    private Admission judge(SessionApi.Opening answer, long sentMillis) {
        SessionOpened opened = answer.opened();
        if (opened != null) {
            return take(opened, sentMillis);
        }
        if (answer.isUnknownCall()) {
            withoutUntilMillis = means.nowMillis() + WITHOUT_MILLIS;
            return Admission.WITHOUT;
        }
        ServerReply reply = answer.reply();
        String detail = "no session could be opened: ";
        return new Admission(
                null,
                reply.answer() == null
                        ? Tried.unavailable(detail + reply.detail(), reply.retryAfterMillis())
                        : Tried.refused(
                                reply.requireAnswer().status(),
                                detail + reply.requireAnswer().message()));
    }

    private Admission take(SessionOpened opened, long sentMillis) {
        long ttlMillis = Grant.bounded(opened.ttlMs());
        Lease lease = Lease.granted(sentMillis, 0, ttlMillis, Grant.bounded(opened.remainingMs()));
        Session session = new Session(means, api, opened.sessionId(), lease, this);
        if (closed || !session.isLive()) {
            session.close();
            return new Admission(null, Tried.unavailable("the session was opened too late to be trusted", 0));
        }
        current = session;
        session.start();
        return new Admission(session, null);
    }

    /** Whatever was held in the session is given back; the answer never fails. */
    Future<Void> close() {
        closed = true;
        Session session = current;
        Future<?> closing = session == null ? Future.succeededFuture() : session.close();
        Future<Admission> begun = opening;
        return (begun == null ? closing : Future.join(closing, begun)).mapEmpty();
    }

    /** The machine slept. */
    void wokeUp() {
        if (current != null) {
            current.lease().check();
        }
    }

    @Override
    public boolean isIdle() {
        return !keeper.isAcquiring();
    }

    @Override
    public void over(Session session) {
        if (current == session) {
            current = null;
        }
    }
}
