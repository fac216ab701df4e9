package io.holdfast.server.core;

/**
 * What is asked of a resource. Immutable.
 *
 * @param mode how it is shared
 * @param permits how many permits; 1 unless the mode is {@link Mode#PERMITS}
 * @param limit how many permits there are; 0 unless the mode is {@link Mode#PERMITS}
 */
public record Claim(Mode mode, int permits, int limit) {
    public static final Claim EXCLUSIVE = new Claim(Mode.EXCLUSIVE, 1, 0);
    public static final Claim SHARED = new Claim(Mode.SHARED, 1, 0);

    /** {@code permits} of {@code limit}. */
    public static Claim permits(int permits, int limit) {
        return new Claim(Mode.PERMITS, permits, limit);
    }
}
