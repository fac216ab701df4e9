package io.holdfast.client;

import io.vertx.core.buffer.Buffer;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Hears every request that a client sends, repetitions included, and what became of it, so that a test can write a history. It
 * is given the secrets that are in them. Called on the client's context; it must not wait, and must not throw.
 */
public interface RequestTap {
    /**
     * A request is about to leave.
     *
     * @param body null for a GET
     */
    Heard sending(URI endpoint, String path, @Nullable Buffer body);

    /** Hears how one request ended. One of its methods is called, once, however late; none if Vert.x is closed before. */
    interface Heard {
        void answered(int httpCode, @Nullable Buffer body);

        /**
         * There is no answer.
         *
         * @param nothingSent whether it is certain that the request never left
         */
        void failed(boolean nothingSent);
    }
}
