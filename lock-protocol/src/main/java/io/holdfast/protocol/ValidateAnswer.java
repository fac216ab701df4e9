package io.holdfast.protocol;

/**
 * The answer to {@code GET /api/lock/validate/{resourceName}?fencingToken=N}. Immutable.
 *
 * @param current whether N is held now
 * @param fencingToken the newest fencing token that is held of the resource; 0 when nobody holds it
 */
public record ValidateAnswer(boolean current, long fencingToken) {
    /** The answer as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeBooleanField("current", current);
            json.writeNumberField("fencingToken", fencingToken);
        });
    }
}
