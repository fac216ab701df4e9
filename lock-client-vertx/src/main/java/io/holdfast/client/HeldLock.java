package io.holdfast.client;

import io.holdfast.client.core.Agenda;
import io.holdfast.client.core.Hold;
import io.holdfast.client.core.LeaseKeeper;
import io.holdfast.client.core.LossCause;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.TokenRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One lock in this client's hands: does what its {@link LeaseKeeper} says. To be used on the client's context only,
 * except {@link #hold}, {@link #nowMillis} and what never changes.
 */
final class HeldLock {
    private static final String BROKEN = "BROKEN";

    private final HttpLockApi api;
    private final Ticker ticker;
    private final TokenRequest request;
    private final LeaseKeeper keeper;
    private final long requestTimeoutMillis;
    private final Releaser releaser;
    private final Consumer<HeldLock> onOver;
    private final Promise<LossReason> lost = Promise.promise();
    private volatile Hold hold;
    private Agenda.@Nullable Entry alarm;
    private @Nullable Future<ReleaseResult> release;

    /** Sends a release until it is answered or that moment has come. */
    interface Releaser {
        Future<ReleaseResult> release(TokenRequest request, long untilMillis);
    }

    /** Takes a grant over; {@code onOver} is called when the lock was lost or its release was answered. */
    HeldLock(
            HttpLockApi api,
            Ticker ticker,
            TokenRequest request,
            LeaseKeeper keeper,
            long requestTimeoutMillis,
            Releaser releaser,
            Consumer<HeldLock> onOver) {
        this.api = api;
        this.ticker = ticker;
        this.request = request;
        this.keeper = keeper;
        this.requestTimeoutMillis = requestTimeoutMillis;
        this.releaser = releaser;
        this.onOver = onOver;
        this.hold = keeper.hold();
    }

    void start() {
        plan();
    }

    TokenRequest request() {
        return request;
    }

    Hold hold() {
        return hold;
    }

    long nowMillis() {
        return ticker.nowMillis();
    }

    Future<LossReason> lost() {
        return lost.future();
    }

    /** Gives the lock back; a repeat gets the same answer. */
    Future<ReleaseResult> release() {
        Future<ReleaseResult> begun = release;
        if (begun == null) {
            begun = beginRelease();
            release = begun;
        }
        return begun;
    }

    private Future<ReleaseResult> beginRelease() {
        boolean wasLost = keeper.hold().loss() != null;
        boolean held = keeper.end(ticker.nowMillis());
        publish();
        plan();
        if (held) {
            long untilMillis = keeper.hold().lease().deadlineMillis();
            return releaser.release(request, untilMillis).onSuccess(this::released);
        }
        if (!wasLost) {
            tellLost();
        }
        if (keeper.hold().loss() == LossCause.SILENCE) {
            // Only this client knows that it gave up: the server may keep the lock for others' harm a while longer.
            api.release(request);
        }
        return Future.succeededFuture(ReleaseResult.ALREADY_LOST);
    }

    private void released(ReleaseResult result) {
        if (result == ReleaseResult.NOT_HELD) {
            keeper.foundLost(LossCause.OTHER_TOKEN);
            publish();
            tellLost();
        } else {
            onOver.accept(this);
        }
    }

    private void step() {
        alarm = null;
        LeaseKeeper.Step step = keeper.step(ticker.nowMillis());
        if (step == LeaseKeeper.Step.BEAT) {
            api.heartbeat(request, keeper.beatTimeoutMillis(requestTimeoutMillis))
                    .onSuccess(this::beatReplied);
        }
        follow(step);
    }

    private void beatReplied(ServerReply reply) {
        long nowMillis = ticker.nowMillis();
        LockAnswer answer = reply.answer();
        if (answer == null) {
            follow(keeper.beatFailed(nowMillis));
            return;
        }
        follow(
                switch (answer.status()) {
                    case HEARTBEAT_RECEIVED -> keeper.beatConfirmed(nowMillis, remainingMillis(answer));
                    case NOT_FOUND -> keeper.beatRefused(isBroken(answer) ? LossCause.BROKEN : LossCause.LEASE_GONE);
                    case INVALID_TOKEN -> keeper.beatRefused(LossCause.OTHER_TOKEN);
                    default -> keeper.beatFailed(nowMillis);
                });
    }

    static @Nullable Long remainingMillis(LockAnswer answer) {
        return answer.remainingMs() == null ? null : (Long) Grant.bounded(answer.remainingMs());
    }

    private static boolean isBroken(LockAnswer answer) {
        return answer.reason() != null
                && answer.reason().toUpperCase(Locale.ROOT).equals(BROKEN);
    }

    private void follow(LeaseKeeper.Step step) {
        publish();
        plan();
        if (step == LeaseKeeper.Step.LOST) {
            tellLost();
        }
    }

    private void publish() {
        hold = keeper.hold();
    }

    private void plan() {
        if (alarm != null) {
            ticker.cancel(alarm);
            alarm = null;
        }
        if (!keeper.isOver()) {
            alarm = ticker.at(keeper.dueMillis(), this::step);
        }
    }

    private void tellLost() {
        onOver.accept(this);
        lost.complete(LossReason.of(Objects.requireNonNull(keeper.hold().loss())));
    }
}
