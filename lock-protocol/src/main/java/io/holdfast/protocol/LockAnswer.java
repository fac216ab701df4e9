package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The answer to every POST, and to every request that is refused. Absent properties are left out of the JSON. Immutable;
 * {@link #toString} leaves the token out, because it is a secret.
 *
 * @param status what happened
 * @param lockToken the secret that proves the hold; with a grant or a heartbeat
 * @param message one sentence for people
 * @param fencingToken rises with every grant of the service; with a grant. Null from a server that knows only the base
 * @param ttlMs the lease's length in milliseconds; with a grant
 * @param remainingMs what was left of the lease when the answer was made; with a grant or a heartbeat
 * @param retryAfterMs when to try again, in milliseconds; with a refusal that will not last
 * @param reason why, where the status alone does not say
 */
public record LockAnswer(
        Status status,
        @Nullable String lockToken,
        String message,
        @Nullable Long fencingToken,
        @Nullable Long ttlMs,
        @Nullable Long remainingMs,
        @Nullable Long retryAfterMs,
        @Nullable String reason) {

    // Names that are encoded once, for the answers that are written most often.
    private static final SerializedString SUCCESS = new SerializedString("success");
    private static final SerializedString STATUS = new SerializedString("status");
    private static final SerializedString LOCK_TOKEN = new SerializedString("lockToken");
    private static final SerializedString MESSAGE = new SerializedString("message");
    private static final SerializedString FENCING_TOKEN = new SerializedString("fencingToken");
    private static final SerializedString TTL_MS = new SerializedString("ttlMs");
    private static final SerializedString REMAINING_MS = new SerializedString("remainingMs");
    private static final SerializedString RETRY_AFTER_MS = new SerializedString("retryAfterMs");
    private static final SerializedString REASON = new SerializedString("reason");

    /** The resource is the caller's. */
    public static LockAnswer acquired(String lockToken, long fencingToken, long ttlMs, long remainingMs) {
        return new LockAnswer(
                Status.ACQUIRED, lockToken, "Lock acquired successfully", fencingToken, ttlMs, remainingMs, null, null);
    }

    /** Somebody else holds the resource. */
    public static LockAnswer busy(String resourceName) {
        return refused(Status.BUSY, "Resource '" + resourceName + "' is currently locked by another client");
    }

    /** The lease was renewed. */
    public static LockAnswer heartbeatReceived(String lockToken) {
        return new LockAnswer(
                Status.HEARTBEAT_RECEIVED, lockToken, "Heartbeat received successfully", null, null, null, null, null);
    }

    /** The lock was given back. */
    public static LockAnswer released() {
        return refused(Status.RELEASED, "Lock released successfully");
    }

    /** The resource is held under another token. */
    public static LockAnswer invalidToken() {
        return refused(Status.INVALID_TOKEN, "Lock token does not match");
    }

    /** Nobody holds the resource. */
    public static LockAnswer notFound() {
        return refused(Status.NOT_FOUND, "Lock not found for the specified resource");
    }

    /** Nothing happened; the caller may try again after {@code retryAfterMs}. */
    public static LockAnswer unavailable(UnavailableReason reason, long retryAfterMs) {
        return new LockAnswer(
                Status.UNAVAILABLE, null, reason.message(), null, null, null, retryAfterMs, reason.wireName());
    }

    /** An answer that is no more than its status and message. */
    public static LockAnswer refused(Status status, String message) {
        return new LockAnswer(status, null, message, null, null, null, null, null);
    }

    /** The answer as JSON, its properties in the order the protocol fixes. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeFieldName(SUCCESS);
            json.writeBoolean(status.isSuccess());
            json.writeFieldName(STATUS);
            json.writeString(status.serialized());
            writeOptional(json, LOCK_TOKEN, lockToken);
            json.writeFieldName(MESSAGE);
            json.writeString(message);
            writeOptional(json, FENCING_TOKEN, fencingToken);
            writeOptional(json, TTL_MS, ttlMs);
            writeOptional(json, REMAINING_MS, remainingMs);
            writeOptional(json, RETRY_AFTER_MS, retryAfterMs);
            writeOptional(json, REASON, reason);
        });
    }

    /**
     * Reads an answer. Properties this version does not know are skipped.
     *
     * @throws IOException if it is no answer of this protocol: whoever sent it, the outcome of the request is unknown
     */
    public static LockAnswer read(byte[] body) throws IOException {
        try (JsonParser parser = Json.FACTORY.createParser(body)) {
            return read(parser);
        }
    }

    private static LockAnswer read(JsonParser parser) throws IOException {
        Status status = null;
        String lockToken = null;
        String message = "";
        Long fencingToken = null;
        Long ttlMs = null;
        Long remainingMs = null;
        Long retryAfterMs = null;
        String reason = null;
        requireToken(parser.nextToken(), JsonToken.START_OBJECT);
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            boolean string = value == JsonToken.VALUE_STRING;
            boolean integer = value == JsonToken.VALUE_NUMBER_INT;
            switch (name) {
                case "status" -> status = string ? Status.ofWireName(parser.getText()) : null;
                case "lockToken" -> lockToken = string ? parser.getText() : null;
                case "message" -> message = string ? parser.getText() : "";
                case "fencingToken" -> fencingToken = integer ? (Long) parser.getLongValue() : null;
                case "ttlMs" -> ttlMs = integer ? (Long) parser.getLongValue() : null;
                case "remainingMs" -> remainingMs = integer ? (Long) parser.getLongValue() : null;
                case "retryAfterMs" -> retryAfterMs = integer ? (Long) parser.getLongValue() : null;
                case "reason" -> reason = string ? parser.getText() : null;
                default -> parser.skipChildren();
            }
        }
        requireToken(parser.currentToken(), JsonToken.END_OBJECT);
        requireToken(parser.nextToken(), null);
        if (status == null) {
            throw new IOException("the answer has no status this version knows");
        }
        return new LockAnswer(status, lockToken, message, fencingToken, ttlMs, remainingMs, retryAfterMs, reason);
    }

    private static void requireToken(@Nullable JsonToken actual, @Nullable JsonToken expected) throws IOException {
        if (actual != expected) {
            throw new IOException("the answer is not one JSON object");
        }
    }

    private static void writeOptional(JsonGenerator json, SerializedString name, @Nullable String value)
            throws IOException {
        if (value != null) {
            json.writeFieldName(name);
            json.writeString(value);
        }
    }

    private static void writeOptional(JsonGenerator json, SerializedString name, @Nullable Long value)
            throws IOException {
        if (value != null) {
            json.writeFieldName(name);
            json.writeNumber(value);
        }
    }

    @Override
    public String toString() {
        return "LockAnswer[status=" + status + ", message=" + message + ", fencingToken=" + fencingToken + ", ttlMs="
                + ttlMs + ", remainingMs=" + remainingMs + ", retryAfterMs=" + retryAfterMs + ", reason=" + reason
                + "]";
    }
}
