package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The answer to every POST, and to every request that is refused. Absent properties are left out of the JSON. Immutable;
 * {@link #toString} leaves the secrets out.
 *
 * @param status what happened
 * @param lockToken the secret that proves the hold; with a grant or a heartbeat
 * @param message one sentence for people
 * @param fencingToken rises with every grant of the service; with a grant. Null from a server that knows only the base
 * @param ttlMs the lease's length in milliseconds; with a grant
 * @param remainingMs what was left of the lease when the answer was made; with a grant or a heartbeat
 * @param waitedMs how long this request waited for the grant; 0 in a repetition
 * @param requestId the request's own id; with a grant that had one
 * @param ticket the order in line; with a kept place
 * @param position how many are in line up to this place, at most; with a kept place
 * @param holders who has it, the oldest first; with a busy resource
 * @param queueLength how many wait in line; with a busy resource
 * @param retryAfterMs when to try again, in milliseconds; with a refusal that will not last
 * @param reason why, where the status alone does not say
 * @param breakReason what an operator wrote when breaking the lock; with a hold that was broken
 * @param graceMs how long the resource stays unavailable, in milliseconds; with a break
 * @param exclusionGivenUp true when it is granted again while a broken holder may still believe in its lease; with a break
 */
public record LockAnswer(
        Status status,
        @Nullable String lockToken,
        String message,
        @Nullable Long fencingToken,
        @Nullable Long ttlMs,
        @Nullable Long remainingMs,
        @Nullable Long waitedMs,
        @Nullable String requestId,
        @Nullable Long ticket,
        @Nullable Long position,
        @Nullable List<HolderView> holders,
        @Nullable Long queueLength,
        @Nullable Long retryAfterMs,
        @Nullable String reason,
        @Nullable String breakReason,
        @Nullable Long graceMs,
        @Nullable Boolean exclusionGivenUp) {

    /** The {@code reason} of {@link Status#NOT_FOUND} when the hold was ended by an operator. */
    public static final String BROKEN = "BROKEN";

    // Names that are encoded once, for the answers that are written most often.
    private static final SerializedString SUCCESS = new SerializedString("success");
    private static final SerializedString STATUS = new SerializedString("status");
    private static final SerializedString LOCK_TOKEN = new SerializedString("lockToken");
    private static final SerializedString MESSAGE = new SerializedString("message");
    private static final SerializedString FENCING_TOKEN = new SerializedString("fencingToken");
    private static final SerializedString TTL_MS = new SerializedString("ttlMs");
    private static final SerializedString REMAINING_MS = new SerializedString("remainingMs");
    private static final SerializedString WAITED_MS = new SerializedString("waitedMs");
    private static final SerializedString REQUEST_ID = new SerializedString("requestId");
    private static final SerializedString TICKET = new SerializedString("ticket");
    private static final SerializedString POSITION = new SerializedString("position");
    private static final SerializedString QUEUE_LENGTH = new SerializedString("queueLength");
    private static final SerializedString RETRY_AFTER_MS = new SerializedString("retryAfterMs");
    private static final SerializedString REASON = new SerializedString("reason");
    private static final SerializedString BREAK_REASON = new SerializedString("breakReason");
    private static final SerializedString GRACE_MS = new SerializedString("graceMs");

    /** The resource is the caller's. */
    public static LockAnswer acquired(
            String lockToken,
            long fencingToken,
            long ttlMs,
            long remainingMs,
            long waitedMs,
            @Nullable String requestId) {
        Draft draft = new Draft(Status.ACQUIRED, "Lock acquired successfully");
        draft.lockToken = lockToken;
        draft.fencingToken = fencingToken;
        draft.ttlMs = ttlMs;
        draft.remainingMs = remainingMs;
        draft.waitedMs = waitedMs;
        draft.requestId = requestId;
        return draft.finish();
    }

    /** The resource is the caller's, at once and without a request id. */
    public static LockAnswer acquired(String lockToken, long fencingToken, long ttlMs, long remainingMs) {
        return acquired(lockToken, fencingToken, ttlMs, remainingMs, 0, null);
    }

    /** Somebody else holds the resource. */
    public static LockAnswer busy(String resourceName) {
        return refused(Status.BUSY, busyMessage(resourceName));
    }

    /** Somebody else holds the resource, or it is kept from everybody for the reason given. */
    public static LockAnswer busy(
            String resourceName,
            List<HolderView> holders,
            long queueLength,
            long retryAfterMs,
            @Nullable String reason) {
        return crowded(Status.BUSY, busyMessage(resourceName), holders, queueLength, retryAfterMs, reason);
    }

    /** Waited in vain. */
    public static LockAnswer timeout(
            String resourceName,
            List<HolderView> holders,
            long queueLength,
            long retryAfterMs,
            @Nullable String reason) {
        return crowded(
                Status.TIMEOUT,
                "Resource '" + resourceName + "' was not free in time",
                holders,
                queueLength,
                retryAfterMs,
                reason);
    }

    private static LockAnswer crowded(
            Status status,
            String message,
            List<HolderView> holders,
            long queueLength,
            long retryAfterMs,
            @Nullable String reason) {
        Draft draft = new Draft(status, message);
        draft.holders = holders;
        draft.queueLength = queueLength;
        draft.retryAfterMs = retryAfterMs;
        draft.reason = reason;
        return draft.finish();
    }

    /** The place in line is kept for whoever repeats the request. */
    public static LockAnswer queued(long ticket, long position) {
        Draft draft = new Draft(Status.QUEUED, "Still waiting; repeat the request to wait on");
        draft.ticket = ticket;
        draft.position = position;
        return draft.finish();
    }

    /** This acquire is over. */
    public static LockAnswer ended(String reason) {
        Draft draft = new Draft(Status.ENDED, "This request is over");
        draft.reason = reason;
        return draft.finish();
    }

    /** The lease was renewed. */
    public static LockAnswer heartbeatReceived(String lockToken) {
        Draft draft = new Draft(Status.HEARTBEAT_RECEIVED, "Heartbeat received successfully");
        draft.lockToken = lockToken;
        return draft.finish();
    }

    /** The lock lives as long as its session, which has so much left. */
    public static LockAnswer heartbeatReceived(String lockToken, long remainingMs) {
        Draft draft = new Draft(Status.HEARTBEAT_RECEIVED, "Heartbeat received successfully");
        draft.lockToken = lockToken;
        draft.remainingMs = remainingMs;
        return draft.finish();
    }

    /** The lock was given back. */
    public static LockAnswer released() {
        return refused(Status.RELEASED, "Lock released successfully");
    }

    /** The request holds nothing, now and in future. */
    public static LockAnswer cancelled() {
        return refused(Status.CANCELLED, "Request cancelled");
    }

    /** An operator's wish was done. */
    public static LockAnswer done(String message) {
        return refused(Status.OK, message);
    }

    /** The resource is held under another token. */
    public static LockAnswer invalidToken() {
        return refused(Status.INVALID_TOKEN, "Lock token does not match");
    }

    /** Nobody holds the resource. */
    public static LockAnswer notFound() {
        return refused(Status.NOT_FOUND, "Lock not found for the specified resource");
    }

    /** The hold under this token was ended by an operator, whatever became of the resource since. */
    public static LockAnswer lostByBreak(@Nullable String breakReason) {
        Draft draft = new Draft(Status.NOT_FOUND, "Lock not found for the specified resource");
        draft.reason = BROKEN;
        draft.breakReason = breakReason;
        return draft.finish();
    }

    /** The holders hold the resource no longer; it is not granted before {@code graceMs} are over. */
    public static LockAnswer broken(long graceMs, boolean exclusionGivenUp) {
        Draft draft = new Draft(Status.BROKEN, "Lock broken successfully");
        draft.graceMs = graceMs;
        draft.exclusionGivenUp = exclusionGivenUp ? true : null;
        return draft.finish();
    }

    /** Nothing happened; the caller may try again after {@code retryAfterMs}. */
    public static LockAnswer unavailable(UnavailableReason reason, long retryAfterMs) {
        Draft draft = new Draft(Status.UNAVAILABLE, reason.message());
        draft.retryAfterMs = retryAfterMs;
        draft.reason = reason.wireName();
        return draft.finish();
    }

    /** A limit is reached; the caller may try again after {@code retryAfterMs}. */
    public static LockAnswer limitExceeded(String message, long retryAfterMs) {
        Draft draft = new Draft(Status.LIMIT_EXCEEDED, message);
        draft.retryAfterMs = retryAfterMs;
        return draft.finish();
    }

    /** An answer that is no more than its status and message. */
    public static LockAnswer refused(Status status, String message) {
        return new Draft(status, message).finish();
    }

    private static String busyMessage(String resourceName) {
        return "Resource '" + resourceName + "' is currently locked by another client";
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
            writeOptional(json, WAITED_MS, waitedMs);
            writeOptional(json, REQUEST_ID, requestId);
            writeOptional(json, TICKET, ticket);
            writeOptional(json, POSITION, position);
            if (holders != null) {
                HolderView.writeAll(json, holders);
            }
            writeOptional(json, QUEUE_LENGTH, queueLength);
            writeOptional(json, RETRY_AFTER_MS, retryAfterMs);
            writeOptional(json, REASON, reason);
            writeOptional(json, BREAK_REASON, breakReason);
            writeOptional(json, GRACE_MS, graceMs);
            if (exclusionGivenUp != null) {
                json.writeBooleanField("exclusionGivenUp", exclusionGivenUp);
            }
        });
    }

    /**
     * Reads an answer. Properties this version does not know are skipped.
     *
     * @throws IOException if it is no answer of this protocol: whoever sent it, the outcome of the request is unknown
     */
    public static LockAnswer read(byte[] body) throws IOException {
        try (JsonParser parser = Json.FACTORY.createParser(body)) {
            requireToken(parser.nextToken(), JsonToken.START_OBJECT);
            Draft draft = new Draft(null, "");
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                draft.accept(name, parser);
            }
            requireToken(parser.currentToken(), JsonToken.END_OBJECT);
            requireToken(parser.nextToken(), null);
            if (draft.status == null) {
                throw new IOException("the answer has no status this version knows");
            }
            return draft.finish();
        }
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
                + ttlMs + ", remainingMs=" + remainingMs + ", waitedMs=" + waitedMs + ", ticket=" + ticket
                + ", queueLength=" + queueLength + ", retryAfterMs=" + retryAfterMs + ", reason=" + reason + "]";
    }

    /** An answer being put together. */
    private static final class Draft {
        private @Nullable Status status;
        private String message;
        private @Nullable String lockToken;
        private @Nullable Long fencingToken;
        private @Nullable Long ttlMs;
        private @Nullable Long remainingMs;
        private @Nullable Long waitedMs;
        private @Nullable String requestId;
        private @Nullable Long ticket;
        private @Nullable Long position;
        private @Nullable List<HolderView> holders;
        private @Nullable Long queueLength;
        private @Nullable Long retryAfterMs;
        private @Nullable String reason;
        private @Nullable String breakReason;
        private @Nullable Long graceMs;
        private @Nullable Boolean exclusionGivenUp;

        private Draft(@Nullable Status status, String message) {
            this.status = status;
            this.message = message;
        }

        private void accept(String name, JsonParser parser) throws IOException {
            JsonToken value = parser.nextToken();
            String text = value == JsonToken.VALUE_STRING ? parser.getText() : null;
            Long number = value == JsonToken.VALUE_NUMBER_INT ? (Long) parser.getLongValue() : null;
            switch (name) {
                case "status" -> status = text == null ? null : Status.ofWireName(text);
                case "message" -> message = text == null ? "" : text;
                case "lockToken" -> lockToken = text;
                case "fencingToken" -> fencingToken = number;
                case "ttlMs" -> ttlMs = number;
                case "remainingMs" -> remainingMs = number;
                case "waitedMs" -> waitedMs = number;
                case "requestId" -> requestId = text;
                case "ticket" -> ticket = number;
                case "position" -> position = number;
                case "holders" -> holders = HolderView.readAll(parser);
                case "queueLength" -> queueLength = number;
                case "retryAfterMs" -> retryAfterMs = number;
                case "reason" -> reason = text;
                case "breakReason" -> breakReason = text;
                case "graceMs" -> graceMs = number;
                case "exclusionGivenUp" -> exclusionGivenUp = value == JsonToken.VALUE_TRUE ? true : null;
                default -> parser.skipChildren();
            }
        }

        private LockAnswer finish() {
            return new LockAnswer(
                    Objects.requireNonNull(status),
                    lockToken,
                    message,
                    fencingToken,
                    ttlMs,
                    remainingMs,
                    waitedMs,
                    requestId,
                    ticket,
                    position,
                    holders,
                    queueLength,
                    retryAfterMs,
                    reason,
                    breakReason,
                    graceMs,
                    exclusionGivenUp);
        }
    }
}
