package io.holdfast.server;

import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * How the server talks to its sockets: by epoll, or by what the JDK has where there is no epoll, or, if that is asked for,
 * by io_uring.
 */
final class Transports {
    private Transports() {}

    /**
     * A Vert.x that talks so.
     *
     * @throws StartupException if io_uring is asked for and not to be had
     */
    static VertxBuilder builder(VertxOptions options, boolean ioUring) {
        if (!ioUring) {
            return Vertx.builder().with(options.setPreferNativeTransport(true));
        }
        String lack = lackOfIoUring();
        if (lack != null) {
            throw new StartupException("ioUring is true, but there is no io_uring here: " + lack);
        }
        return Vertx.builder().with(options).withTransport(Transport.IO_URING);
    }

    /** Why there is no io_uring, or null if there is: a kernel may lack it, and what runs containers often forbids it. */
    static @Nullable String lackOfIoUring() {
        Transport transport = Transport.IO_URING;
        if (transport == null) {
            return "it takes Linux on x86-64 or 64-bit ARM";
        }
        if (transport.available()) {
            return null;
        }
        Throwable cause = transport.unavailabilityCause();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause == null ? null : cause.getMessage());
    }
}
