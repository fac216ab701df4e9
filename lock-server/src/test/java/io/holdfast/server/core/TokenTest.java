package io.holdfast.server.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class TokenTest {
    @Test
    void survivesTheWayOverTheWire() {
        for (Token token : new Token[] {new Token(0, 0), new Token(-1, 1), new Token(Long.MIN_VALUE, Long.MAX_VALUE)}) {
            assertEquals(32, token.toHex().length());
            assertEquals(token, Token.parse(token.toHex()));
        }
        assertEquals("ffffffffffffffff0000000000000001", new Token(-1, 1).toHex());
    }

    @Test
    void takesOnlyTheExactTextThatWasGivenOut() {
        String hex = new Token(0xabL, 0xcdL).toHex();
        assertNull(Token.parse(hex.toUpperCase(java.util.Locale.ROOT)));
        assertNull(Token.parse(hex + "0"));
        assertNull(Token.parse(hex.substring(1)));
        assertNull(Token.parse("+" + hex.substring(1)));
    }

    @Test
    void matchesOnAllBitsAndShowsNone() {
        assertTrue(new Token(1, 2).matches(1, 2));
        assertFalse(new Token(1, 2).matches(1, 3));
        assertFalse(new Token(1, 2).matches(3, 2));
        assertEquals("Token[secret]", new Token(1, 2).toString());
    }
}
