package io.holdfast.verification.checker;

/**
 * What is asked of one resource. {@code permits} and {@code limit} are 0 unless the mode is {@link Mode#PERMITS}.
 * Immutable.
 */
public record Claim(String resource, Mode mode, int permits, int limit) {
    /** How a resource is shared. */
    public enum Mode {
        EXCLUSIVE,
        SHARED,
        PERMITS,
        /** The hold is known from a status or a journal, its acquire has not been answered yet. */
        UNKNOWN
    }

    public static Claim exclusive(String resource) {
        return new Claim(resource, Mode.EXCLUSIVE, 0, 0);
    }

    public static Claim shared(String resource) {
        return new Claim(resource, Mode.SHARED, 0, 0);
    }

    public static Claim permits(String resource, int permits, int limit) {
        return new Claim(resource, Mode.PERMITS, permits, limit);
    }

    static Claim unknown(String resource) {
        return new Claim(resource, Mode.UNKNOWN, 0, 0);
    }

    /** Whether holds of the two can never be at once. What is not known is no reason to say so. */
    boolean excludes(Claim other) {
        if (mode == Mode.EXCLUSIVE || other.mode == Mode.EXCLUSIVE) {
            return true;
        }
        if (mode == Mode.UNKNOWN || other.mode == Mode.UNKNOWN) {
            return false;
        }
        return mode != other.mode || limit != other.limit;
    }
}
