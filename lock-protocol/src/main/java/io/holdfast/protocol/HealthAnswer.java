package io.holdfast.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET /livez} and {@code GET /readyz}. Immutable.
 *
 * @param up whether the question is answered with yes
 * @param reason why not; null when up
 */
public record HealthAnswer(boolean up, @Nullable UnavailableReason reason) {
    /** All is well. */
    public static final HealthAnswer UP = new HealthAnswer(true, null);

    /** The HTTP status code this answer is sent with. */
    public int httpCode() {
        return up ? 200 : 503;
    }

    /** The answer as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeStringField("status", up ? "UP" : "DOWN");
            if (reason != null) {
                json.writeStringField("reason", reason.wireName());
            }
        });
    }
}
