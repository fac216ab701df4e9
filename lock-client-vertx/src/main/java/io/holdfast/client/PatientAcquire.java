package io.holdfast.client;

import io.holdfast.client.core.Agenda;
import io.holdfast.client.core.BackOff;
import io.holdfast.client.core.Retry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Attempts to acquire until one is granted, fails for good, or the wait limit has passed. The limit counts once the first
 * attempt was answered; a grant that arrives after it goes to {@code unwanted}. To be used on the client's context only.
 */
final class PatientAcquire {
    private static final BackOff BACK_OFF = new BackOff(50, 1_000);

    private final String name;
    private final long waitMillis;
    private final Supplier<Future<Tried>> attempts;
    private final Consumer<Grant> unwanted;
    private final Ticker ticker;
    private final long startMillis;
    private final Retry retry;
    private final Promise<Grant> result = Promise.promise();
    private @Nullable Tried last;
    private Agenda.@Nullable Entry limitAlarm;
    private Agenda.@Nullable Entry nextAlarm;

    PatientAcquire(
            String name,
            long waitMillis,
            Supplier<Future<Tried>> attempts,
            Consumer<Grant> unwanted,
            Ticker ticker,
            RandomGenerator random) {
        this.name = name;
        this.waitMillis = waitMillis;
        this.attempts = attempts;
        this.unwanted = unwanted;
        this.ticker = ticker;
        this.startMillis = ticker.nowMillis();
        this.retry = new Retry(BACK_OFF, startMillis + waitMillis, Integer.MAX_VALUE, random);
    }

    Future<Grant> start() {
        attempt();
        return result.future();
    }

    /** Gives up: fails with that, unless there is a result already. */
    void abandon(RuntimeException cause) {
        if (result.tryFail(cause)) {
            cancelAlarms();
        }
    }

    private void attempt() {
        nextAlarm = null;
        attempts.get().onSuccess(this::tried);
    }

    private void tried(Tried tried) {
        last = tried;
        if (result.future().isComplete()) {
            if (tried.grant() != null) {
                unwanted.accept(tried.grant());
            }
            return;
        }
        if (tried.grant() != null) {
            cancelAlarms();
            result.complete(tried.grant());
            return;
        }
        long limitMillis = startMillis + waitMillis;
        if (!tried.mayRepeat() || ticker.nowMillis() >= limitMillis) {
            abandon(failure(tried));
            return;
        }
        if (limitAlarm == null) {
            limitAlarm = ticker.at(limitMillis, () -> abandon(failure(Objects.requireNonNull(last))));
        }
        OptionalLong delayMillis = retry.afterFailure(ticker.nowMillis());
        if (delayMillis.isPresent()) {
            nextAlarm = ticker.after(delayMillis.getAsLong(), this::attempt);
        }
    }

    private RuntimeException failure(Tried tried) {
        if (!tried.mayRepeat()) {
            return tried.failure(name);
        }
        long waitedMillis = ticker.nowMillis() - startMillis;
        String detail = tried.detail() + " (after waiting " + waitedMillis + " ms)";
        return new Tried(tried.kind(), null, tried.status(), detail).failure(name);
    }

    private void cancelAlarms() {
        if (limitAlarm != null) {
            ticker.cancel(limitAlarm);
        }
        if (nextAlarm != null) {
            ticker.cancel(nextAlarm);
        }
    }
}
