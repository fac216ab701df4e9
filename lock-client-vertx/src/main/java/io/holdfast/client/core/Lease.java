package io.holdfast.client.core;

/**
 * Until when a hold may be trusted, as the client reckons it. The server's lease is counted from the moment the request
 * was <em>sent</em>, which is never later than the moment the server started counting, and shortened by a tenth, so
 * that the client stops first as long as the two clocks' rates differ by less than five per cent. Immutable.
 *
 * @param ttlMillis the lease's full length
 * @param confirmedAtMillis the moment the server is known to have been counting from
 * @param deadlineMillis from here on the hold is not trusted
 */
public record Lease(long ttlMillis, long confirmedAtMillis, long deadlineMillis) {
    private static final double TRUSTED_PART = 0.9;
    private static final double TRUSTED_PART_OF_WAIT = 0.95;
    private static final double CALM_PART = 0.6;
    private static final int BEATS_PER_LEASE = 3;

    /**
     * The lease of a grant.
     *
     * @param sentMillis when the attempt that was answered with the grant was sent
     * @param waitedMillis how long the server held that attempt before it granted
     * @param remainingMillis what was left of the lease when the server answered
     */
    public static Lease granted(long sentMillis, long waitedMillis, long ttlMillis, long remainingMillis) {
        long countedFrom = sentMillis + (long) (TRUSTED_PART_OF_WAIT * waitedMillis);
        return new Lease(ttlMillis, countedFrom, countedFrom + (long) (TRUSTED_PART * remainingMillis));
    }

    /** This lease after a heartbeat that was sent at {@code sentMillis} and confirmed. */
    public Lease renewed(long sentMillis, long remainingMillis) {
        return new Lease(ttlMillis, sentMillis, sentMillis + (long) (TRUSTED_PART * remainingMillis));
    }

    /** Whether the hold may be trusted at that moment. */
    public boolean isLive(long nowMillis) {
        return nowMillis < deadlineMillis;
    }

    /** Whether no confirmation came for so long that something must be wrong. */
    public boolean isAtRisk(long nowMillis) {
        return nowMillis - confirmedAtMillis >= (long) (CALM_PART * ttlMillis);
    }

    /** What is left until the deadline; never negative. */
    public long remainingMillis(long nowMillis) {
        return Math.max(0, deadlineMillis - nowMillis);
    }

    /** How long after a confirmation the next heartbeat is due: a third of what the confirmation gave. */
    long beatIntervalMillis() {
        long given = (long) ((deadlineMillis - confirmedAtMillis) / TRUSTED_PART);
        return Math.max(1, Math.min(given, ttlMillis) / BEATS_PER_LEASE);
    }
}
