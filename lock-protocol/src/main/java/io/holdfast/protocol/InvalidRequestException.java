package io.holdfast.protocol;

/**
 * A request that breaks the protocol: the caller sends {@link #answer}. The message names the field and the rule and never repeats what was sent, which may be a secret. Carries
 * no stack trace, because it is an expected refusal.
 */
public final class InvalidRequestException extends Exception {
    private static final long serialVersionUID = 1;

    private final String rule;

    /**
     * Creates the refusal of a request.
     *
     * @param rule the field and the rule it breaks, in words for the client; must not repeat what was sent
     */
    public InvalidRequestException(String rule) {
        super(rule, null, false, false);
        this.rule = rule;
    }

    /** What to answer. */
    public LockAnswer answer() {
        return LockAnswer.refused(Status.BAD_REQUEST, rule);
    }
}
