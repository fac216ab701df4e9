package io.holdfast.protocol;

/**
 * A request that breaks the protocol: the caller answers {@link Status#BAD_REQUEST} with this message. The message is
 * fit for the client: it names the field and the rule and never repeats what was sent, which may be a secret. Carries
 * no stack trace, because it is an expected refusal.
 */
public final class InvalidRequestException extends Exception {
    private static final long serialVersionUID = 1;

    InvalidRequestException(String message) {
        super(message, null, false, false);
    }
}
