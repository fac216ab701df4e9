package io.holdfast.server.core;

import org.jspecify.annotations.Nullable;

/**
 * A secret of 128 bits that proves a hold, as two longs: a million of them as strings would cost 72 MB more. On the wire
 * it is 32 lower-case hex digits. Immutable; {@link #toString} does not show it.
 */
public record Token(long high, long low) {
    private static final int HEX_LENGTH = 32;
    private static final char[] DIGITS = "0123456789abcdef".toCharArray();

    /** The token of that wire form, or null for a text that cannot be one of ours. */
    public static @Nullable Token parse(String text) {
        if (text.length() != HEX_LENGTH) {
            return null;
        }
        for (int i = 0; i < HEX_LENGTH; i++) {
            char c = text.charAt(i);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
                return null;
            }
        }
        return new Token(Long.parseUnsignedLong(text, 0, 16, 16), Long.parseUnsignedLong(text, 16, 32, 16));
    }

    /** The wire form. */
    public String toHex() {
        char[] hex = new char[HEX_LENGTH];
        for (int i = 0; i < 16; i++) {
            hex[15 - i] = DIGITS[(int) (high >>> (4 * i)) & 0xF];
            hex[31 - i] = DIGITS[(int) (low >>> (4 * i)) & 0xF];
        }
        return new String(hex);
    }

    /** Compares without a branch on the secret, so that the time taken tells nothing about it. */
    boolean matches(long otherHigh, long otherLow) {
        return ((high ^ otherHigh) | (low ^ otherLow)) == 0;
    }

    @Override
    public String toString() {
        return "Token[secret]";
    }
}
