package io.holdfast.server.log;

import java.util.Arrays;

/**
 * Which holds end, by the second halves of their tokens: eight bytes each, because there may be millions. Two tokens with the
 * same half are taken for one another. Not thread-safe.
 */
final class EndedHolds {
    private static final int FIRST_CAPACITY = 1_024;

    private long[] tokens = new long[FIRST_CAPACITY];
    private int count;
    private boolean sorted;

    void add(long tokenLow) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
        }
        tokens[count++] = tokenLow;
        sorted = false;
    }

    boolean contains(long tokenLow) {
        if (!sorted) {
            Arrays.sort(tokens, 0, count);
            sorted = true;
        }
        return Arrays.binarySearch(tokens, 0, count, tokenLow) >= 0;
    }
}
