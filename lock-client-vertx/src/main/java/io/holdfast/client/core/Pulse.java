package io.holdfast.client.core;

import org.jspecify.annotations.Nullable;

/**
 * What came of a heartbeat. Immutable.
 *
 * @param confirmed whether the lease was renewed
 * @param remainingMillis what is left of it; null if the server does not say
 * @param refusal why there is nothing to renew any more; null if there may be
 */
public record Pulse(
        boolean confirmed,
        @Nullable Long remainingMillis,
        @Nullable LossCause refusal) {

    /** The lease was renewed. */
    public static Pulse confirmed(@Nullable Long remainingMillis) {
        return new Pulse(true, remainingMillis, null);
    }

    /** No answer that renews anything. */
    public static Pulse failed() {
        return new Pulse(false, null, null);
    }

    /** There is nothing to renew any more. */
    public static Pulse refused(LossCause cause) {
        return new Pulse(false, null, cause);
    }
}
