package io.holdfast.server.service;

import io.holdfast.server.core.Token;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.function.Supplier;

/**
 * Draws lock tokens from the system's cryptographic source, a page at a time: one call for every token would cost a
 * system call per grant. Confined to the event loop.
 */
public final class TokenSource implements Supplier<Token> {
    private static final int PAGE_BYTES = 4096;

    private final SecureRandom random = new SecureRandom();
    private final ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES).limit(0);

    @Override
    public Token get() {
        if (!page.hasRemaining()) {
            random.nextBytes(page.array());
            page.clear();
        }
        return new Token(page.getLong(), page.getLong());
    }
}
