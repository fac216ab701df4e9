package io.holdfast.protocol;

/**
 * The answer to {@code POST /api/admin/backup}. Immutable.
 *
 * @param file where the backup is, on the server's machine
 * @param locks how many locks are in it
 */
public record BackupAnswer(String file, long locks) {
    /** The answer as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeBooleanField("success", true);
            json.writeStringField("status", Status.OK.wireName());
            json.writeStringField("file", file);
            json.writeNumberField("locks", locks);
        });
    }
}
