package io.holdfast.server.log;

import java.util.Properties;

/**
 * What a server in memory mode must know about the run before it, since it forgets its holders (lease rule S9).
 * Immutable.
 *
 * @param longestTtlMillis no lease longer than this was ever acknowledged
 * @param fencingReserved no fencing token above this was ever given out
 * @param clean whether that run ended with nothing held, so that nothing needs to be waited for
 */
public record RestartState(long longestTtlMillis, long fencingReserved, boolean clean) {
    private static final String LONGEST_TTL = "longestTtlMs";
    private static final String FENCING_RESERVED = "fencingReserved";
    private static final String CLEAN = "clean";

    static RestartState of(Properties properties) {
        return new RestartState(
                number(properties, LONGEST_TTL), number(properties, FENCING_RESERVED), yesOrNo(properties, CLEAN));
    }

    /** The same, with nothing left to wait for. */
    public RestartState recovered() {
        return new RestartState(longestTtlMillis, fencingReserved, true);
    }

    String toText() {
        return LONGEST_TTL + "=" + longestTtlMillis + "\n" + FENCING_RESERVED + "=" + fencingReserved + "\n" + CLEAN
                + "=" + clean + "\n";
    }

    private static long number(Properties properties, String key) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        try {
            long number = Long.parseLong(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message
        }
        throw new IllegalArgumentException(key + " is not a number that makes sense");
    }

    private static boolean yesOrNo(Properties properties, String key) {
        String value = properties.getProperty(key);
        if (!"true".equals(value) && !"false".equals(value)) {
            throw new IllegalArgumentException(key + " is neither true nor false");
        }
        return Boolean.parseBoolean(value);
    }
}
