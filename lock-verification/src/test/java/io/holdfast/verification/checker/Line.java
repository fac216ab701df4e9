package io.holdfast.verification.checker;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line, cut into words without copying it. The same few names come again and again, so a word's text is looked up by
 * its bytes in a small cache before it is decoded. Belongs to one thread.
 */
final class Line {
    private static final int WORDS_MAX = 32;
    private static final int CACHE = 1 << 14;

    private final int[] from = new int[WORDS_MAX];
    private final int[] to = new int[WORDS_MAX];
    private final @Nullable Known[] cache = new Known[CACHE];
    private byte[] bytes = new byte[0];
    private int words;

    /** A word that was met before. */
    private static final class Known {
        final byte[] raw;
        final String text;

        @Nullable
        List<Claim> claims;

        Known(byte[] raw) {
            this.raw = raw;
            this.text = new String(raw, StandardCharsets.UTF_8);
        }
    }

    /** Cuts {@code buffer} from {@code start} up to {@code end}; the words are good until the buffer changes. */
    void cut(byte[] buffer, int start, int end) {
        bytes = buffer;
        words = 0;
        int at = start;
        while (at < end) {
            while (at < end && isSpace(buffer[at])) {
                at++;
            }
            if (at == end || buffer[at] == '#') {
                return;
            }
            if (words == WORDS_MAX) {
                throw new MalformedHistoryException("more than " + WORDS_MAX + " words");
            }
            from[words] = at;
            while (at < end && !isSpace(buffer[at])) {
                at++;
            }
            to[words++] = at;
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r';
    }

    int words() {
        return words;
    }

    private void require(int word) {
        if (word >= words) {
            throw new MalformedHistoryException("too few words");
        }
    }

    /** The text of a word as it stands there. */
    String raw(int word) {
        require(word);
        return known(from[word], to[word]).text;
    }

    String name(int word) {
        return Words.decoded(raw(word));
    }

    List<Claim> claims(int word) {
        require(word);
        Known known = known(from[word], to[word]);
        if (known.claims == null) {
            known.claims = Words.claims(known.text);
        }
        return known.claims;
    }

    long number(int word) {
        require(word);
        return number(from[word], to[word], 10);
    }

    long time(int word) {
        require(word);
        return time(from[word], to[word]);
    }

    /** Where the value of a {@code key=value} starts. */
    private int valueFrom(int word) {
        for (int at = from[word]; at < to[word]; at++) {
            if (bytes[at] == '=') {
                return at + 1;
            }
        }
        throw new MalformedHistoryException("'" + raw(word) + "' is no key=value");
    }

    String key(int word) {
        return known(from[word], valueFrom(word) - 1).text;
    }

    String value(int word) {
        return new String(bytes, valueFrom(word), to[word] - valueFrom(word), StandardCharsets.UTF_8);
    }

    long valueNumber(int word) {
        return number(valueFrom(word), to[word], 10);
    }

    long valueHash(int word) {
        return number(valueFrom(word), to[word], 16);
    }

    long valueTime(int word) {
        return time(valueFrom(word), to[word]);
    }

    private long number(int start, int end, int radix) {
        if (start == end || end - start > 19) {
            throw notANumber(start, end);
        }
        long value = 0;
        for (int at = start; at < end; at++) {
            int digit = Character.digit(bytes[at], radix);
            if (digit < 0) {
                throw notANumber(start, end);
            }
            value = value * radix + digit;
        }
        return value;
    }

    private MalformedHistoryException notANumber(int start, int end) {
        return new MalformedHistoryException(
                "'" + new String(bytes, start, end - start, StandardCharsets.UTF_8) + "' is no number");
    }

    private long time(int start, int end) {
        int point = start;
        while (point < end && bytes[point] != '.') {
            point++;
        }
        long micros = number(start, point, 10) * 1000;
        if (point == end) {
            return micros;
        }
        int decimals = end - point - 1;
        if (decimals < 1 || decimals > 3) {
            throw notANumber(start, end);
        }
        long rest = number(point + 1, end, 10);
        return micros + (decimals == 1 ? rest * 100 : decimals == 2 ? rest * 10 : rest);
    }

    private Known known(int start, int end) {
        int hash = 1;
        for (int at = start; at < end; at++) {
            hash = 31 * hash + bytes[at];
        }
        int slot = (hash ^ (hash >>> 15)) & (CACHE - 1);
        Known known = cache[slot];
        if (known == null || !Arrays.equals(known.raw, 0, known.raw.length, bytes, start, end)) {
            known = new Known(Arrays.copyOfRange(bytes, start, end));
            cache[slot] = known;
        }
        return known;
    }
}
