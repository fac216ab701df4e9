package io.holdfast.server.http;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * Collects one request body within its bounds of type, size and time, then hands it on; a body that breaks a bound is
 * answered here. Written for this server because vertx-web's body handler bounds the size but not the time.
 */
final class BodyReader implements OpenConnection.Arrival {
    /** A refused body is read on and thrown away up to this size, so that its sender gets to read the answer. */
    private static final long MAX_DISCARDED_BYTES = 4L << 20;

    private final HttpServerRequest request;
    private final OpenConnection connection;
    private final int maxBytes;
    private final Whole whole;
    private @Nullable Buffer body;
    private long received;
    private boolean refused;

    private BodyReader(HttpServerRequest request, OpenConnection connection, int maxBytes, Whole whole) {
        this.request = request;
        this.connection = connection;
        this.maxBytes = maxBytes;
        this.whole = whole;
    }

    /** Reads the body of {@code request} and calls {@code whole} with it, unless it is refused or never arrives. */
    static void read(HttpServerRequest request, Connections connections, int maxBytes, Whole whole) {
        OpenConnection connection = connections.find(request);
        if (connection == null) {
            return; // it is being closed
        }
        BodyReader reader = new BodyReader(request, connection, maxBytes, whole);
        connection.expect(request.streamId(), reader);
        request.handler(reader::chunk);
        request.endHandler(end -> reader.end());
        request.exceptionHandler(gone -> connection.arrived(request.streamId()));
        reader.checkHeaders();
    }

    /** What to do with a body that has arrived. */
    @FunctionalInterface
    interface Whole {
        void accept(HttpServerRequest request, byte[] body);
    }

    private void checkHeaders() {
        if (!isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
            refuse(LockAnswer.refused(
                    Status.UNSUPPORTED_MEDIA_TYPE, "The request body must have Content-Type application/json"));
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        // The decoder has checked that it is a number that fits.
        if (length != null && Long.parseLong(length.trim()) > maxBytes) {
            refuseTooLarge();
        }
    }

    private void chunk(Buffer chunk) {
        received += chunk.length();
        if (received > MAX_DISCARDED_BYTES) {
            Rest.cutOff(request);
        } else if (received > maxBytes) {
            refuseTooLarge();
        } else if (!refused) {
            keep(chunk);
        }
    }

    private void keep(Buffer chunk) {
        if (!connection.mayKeep(request.streamId(), chunk.length())) {
            refuse(LockAnswer.unavailable(UnavailableReason.OVERLOADED, 1_000));
        } else {
            body = body == null
                    ? chunk
                    : Buffer.buffer(body.length() + chunk.length())
                            .appendBuffer(body)
                            .appendBuffer(chunk);
        }
    }

    private void end() {
        connection.arrived(request.streamId());
        if (!refused) {
            whole.accept(request, body == null ? new byte[0] : body.getBytes());
        }
    }

    @Override
    public void overdue() {
        if (!refused) {
            Rest.announce(request);
            refuse(LockAnswer.refused(Status.BAD_REQUEST, "The request body did not arrive in time"));
        }
        Rest.cutOff(request);
    }

    private void refuseTooLarge() {
        refuse(LockAnswer.refused(
                Status.PAYLOAD_TOO_LARGE, "The request body must not be longer than " + maxBytes + " bytes"));
    }

    private void refuse(LockAnswer answer) {
        if (!refused) {
            refused = true;
            body = null;
            Answers.send(request, answer);
        }
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return true;
        }
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.trim().equalsIgnoreCase("application/json");
    }
}
