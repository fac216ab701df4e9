package io.holdfast.server.service;

import io.holdfast.server.core.Token;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Draws lock tokens: the key stream of AES in counter mode, under a key from the system's cryptographic source. Drawing
 * each token from {@link SecureRandom} itself cost more than deciding the lock; the key stream is as hard to predict as
 * AES is to break. Confined to the event loop.
 */
public final class TokenSource implements Supplier<Token> {
    private static final int KEY_BYTES = 16;
    private static final int PAGE_BYTES = 512;
    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    private final Cipher keyStream = newKeyStream();
    private ByteBuffer page = ByteBuffer.allocate(0);

    @Override
    public Token get() {
        if (!page.hasRemaining()) {
            page = ByteBuffer.wrap(keyStream.update(ZEROS));
        }
        return new Token(page.getLong(), page.getLong());
    }

    private static Cipher newKeyStream() {
        byte[] seed = new byte[2 * KEY_BYTES];
        new SecureRandom().nextBytes(seed);
        try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(seed, 0, KEY_BYTES, "AES"),
                    new IvParameterSpec(seed, KEY_BYTES, KEY_BYTES));
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES in counter mode", e);
        }
    }
}
