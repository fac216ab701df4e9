package io.holdfast.server.log;

/**
 * Which holds end, by the second halves of their tokens: a few bytes each, because there may be millions. It may say so of a
 * hold that does not end: of two tokens with the same half, and of one whose half is zero. Not thread-safe.
 */
final class EndedHolds {
    private static final int FIRST_CAPACITY = 1_024;
    /** Hence the half that is always taken for contained. */
    private static final long FREE = 0;

    /** Each token is in the first free place from the one that its own bits, which are random, name. */
    private long[] tokens = new long[FIRST_CAPACITY];

    private int count;

    void add(long tokenLow) {
        if (2 * count == tokens.length) {
            grow();
        }
        int at = placeOf(tokenLow);
        if (tokens[at] != tokenLow) {
            tokens[at] = tokenLow;
            count++;
        }
    }

    boolean contains(long tokenLow) {
        return tokens[placeOf(tokenLow)] == tokenLow;
    }

    /** Where it is, or would be. */
    private int placeOf(long tokenLow) {
        int last = tokens.length - 1;
        int at = (int) tokenLow & last;
        while (tokens[at] != FREE && tokens[at] != tokenLow) {
            at = (at + 1) & last;
        }
        return at;
    }

    private void grow() {
        long[] old = tokens;
        tokens = new long[2 * old.length];
        for (long token : old) {
            if (token != FREE) {
                tokens[placeOf(token)] = token;
            }
        }
    }
}
