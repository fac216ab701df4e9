package io.holdfast.client;

import io.holdfast.client.core.BackOff;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A request that gives something back, repeated until it is answered: it is idempotent, and what it failed to give back would
 * stay held for as long as its session lives. The caller is told soon; the errand goes on behind its back for as long as it
 * matters. To be used on the client's context only.
 */
final class Errand {
    /** The caller is told after that many attempts, answered or not. */
    static final int ATTEMPTS_AWAITED = 3;

    private static final BackOff BACK_OFF = new BackOff(100, 1_000);

    private final Ticker ticker;
    private final RandomGenerator random;
    private final Supplier<Future<ServerReply>> request;
    private final LongSupplier untilMillis;
    private final Alarm next;
    private final Promise<ServerReply> told = Promise.promise();
    private final Promise<ServerReply> end = Promise.promise();
    private int failures;
    private boolean inDoubt;
    private boolean abandoned;

    /**
     * An errand not begun yet.
     *
     * @param request sends it once; never fails
     * @param untilMillis the moment from which it matters to nobody; asked for anew before each repetition
     */
    Errand(Ticker ticker, RandomGenerator random, Supplier<Future<ServerReply>> request, LongSupplier untilMillis) {
        this.ticker = ticker;
        this.random = random;
        this.request = request;
        this.untilMillis = untilMillis;
        this.next = new Alarm(ticker, this::attempt);
    }

    void attempt() {
        request.get().onSuccess(this::replied);
    }

    /** The answer, or what came of the last attempt that the caller is to wait for. Never fails. */
    Future<ServerReply> told() {
        return told.future();
    }

    /** The answer, or what came of the last attempt. Never fails. */
    Future<ServerReply> end() {
        return end.future();
    }

    /** Whether an attempt without an answer may have done it. */
    boolean isInDoubt() {
        return inDoubt;
    }

    /** Repeats nothing any more. */
    void abandon() {
        abandoned = true;
        next.cancel();
    }

    private void replied(ServerReply reply) {
        if (reply.outcome() == ServerReply.Outcome.ANSWERED) {
            over(reply);
            return;
        }
        inDoubt |= reply.outcome() == ServerReply.Outcome.UNKNOWN;
        failures++;
        long delayMillis = BACK_OFF.delayMillis(failures, random);
        if (failures >= ATTEMPTS_AWAITED) {
            told.tryComplete(reply);
            if (abandoned || ticker.nowMillis() + delayMillis >= untilMillis.getAsLong()) {
                over(reply);
                return;
            }
        }
        next.after(delayMillis);
    }

    private void over(ServerReply reply) {
        told.tryComplete(reply);
        end.complete(reply);
    }
}
