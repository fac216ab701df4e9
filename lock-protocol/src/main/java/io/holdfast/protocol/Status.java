package io.holdfast.protocol;

import com.fasterxml.jackson.core.io.SerializedString;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The {@code status} of an answer: its name on the wire and the HTTP status code that goes with it. Immutable. */
public enum Status {
    ACQUIRED("Acquired", 200),
    HEARTBEAT_RECEIVED("HeartbeatReceived", 200),
    RELEASED("Released", 200),
    CANCELLED("Cancelled", 200),
    /** A session was opened. */
    OPENED("Opened", 200),
    /** A session was closed, and with it all that it held. */
    CLOSED("Closed", 200),
    /** The holders were deprived of the resource. */
    BROKEN("Broken", 200),
    /** The place in line is kept; repeat the request to wait on. */
    QUEUED("Queued", 202),
    OK("Ok", 200),
    BUSY("Busy", 409),
    /** Waited in vain, and the place is gone. */
    TIMEOUT("Timeout", 409),
    /** This request id names an acquire that is over; the answer's {@code reason} says how it ended. */
    ENDED("Ended", 409),
    /** This request id was used for another wish. */
    REQUEST_MISMATCH("RequestMismatch", 409),
    MODE_MISMATCH("ModeMismatch", 409),
    LIMIT_MISMATCH("LimitMismatch", 409),
    INVALID_TOKEN("InvalidToken", 409),
    /** The lock is lost: nobody holds this resource. Never used for an unknown path. */
    NOT_FOUND("NotFound", 404),
    /** No such session, or none any more: all that it held is lost. */
    SESSION_NOT_FOUND("SessionNotFound", 404),
    BAD_REQUEST("BadRequest", 400),
    /** Not to be had over this listener. */
    FORBIDDEN("Forbidden", 403),
    UNKNOWN_PATH("UnknownPath", 404),
    METHOD_NOT_ALLOWED("MethodNotAllowed", 405),
    PAYLOAD_TOO_LARGE("PayloadTooLarge", 413),
    UNSUPPORTED_MEDIA_TYPE("UnsupportedMediaType", 415),
    LIMIT_EXCEEDED("LimitExceeded", 429),
    /** Nothing happened; the answer's {@code reason} is an {@link UnavailableReason}. Try again later. */
    UNAVAILABLE("Unavailable", 503),
    /** It may have happened: repeat with the same {@code requestId}. */
    UNKNOWN("Unknown", 503);

    private static final Map<String, Status> BY_WIRE_NAME = new HashMap<>();

    static {
        for (Status status : values()) {
            BY_WIRE_NAME.put(status.wireName, status);
        }
    }

    private final String wireName;

    @SuppressWarnings("ImmutableEnumChecker") // effectively: it caches its own encodings and nothing else
    private final SerializedString serialized;

    private final int httpCode;

    Status(String wireName, int httpCode) {
        this.wireName = wireName;
        this.serialized = new SerializedString(wireName);
        this.httpCode = httpCode;
    }

    /** The name in JSON, for instance {@code HeartbeatReceived}. */
    public String wireName() {
        return wireName;
    }

    SerializedString serialized() {
        return serialized;
    }

    /** The HTTP status code this status is sent with. */
    public int httpCode() {
        return httpCode;
    }

    /** True for the statuses that say the request did what it asked for. */
    public boolean isSuccess() {
        return httpCode == 200;
    }

    /** The status of that name, or null for one this version does not know. */
    public static @Nullable Status ofWireName(String wireName) {
        return BY_WIRE_NAME.get(wireName);
    }
}
