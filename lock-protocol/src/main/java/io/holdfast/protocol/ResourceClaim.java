package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One resource and how it is wanted: as a read-write lock, or as {@code permits} of a semaphore with {@code limit}.
 * Immutable.
 *
 * @param resourceName the resource; not blank
 * @param mode exclusive or shared; exclusive when {@code limit} is given, where it means nothing
 * @param permits how many permits; 1 without a limit
 * @param limit how many permits there are, 1 … 1 000 000; null for a read-write lock
 */
public record ResourceClaim(
        String resourceName,
        LockMode mode,
        int permits,
        @Nullable Integer limit) {

    /** A read-write lock in that mode. */
    public static ResourceClaim of(String resourceName, LockMode mode) {
        return new ResourceClaim(resourceName, mode, 1, null);
    }

    /** So many permits of a semaphore. */
    public static ResourceClaim permits(String resourceName, int permits, int limit) {
        return new ResourceClaim(resourceName, LockMode.EXCLUSIVE, permits, limit);
    }

    void writeTo(JsonGenerator json) throws IOException {
        json.writeStringField("resourceName", resourceName);
        if (limit != null) {
            json.writeNumberField("permits", permits);
            json.writeNumberField("limit", limit);
        } else if (mode != LockMode.EXCLUSIVE) {
            json.writeStringField("mode", mode.wireName());
        }
    }

    /** What was read of a claim so far. */
    static final class Draft {
        private @Nullable String resourceName;
        private @Nullable LockMode mode;
        private @Nullable Integer permits;
        private @Nullable Integer limit;

        /** Takes the field if it is one of a claim's. */
        boolean accept(RequestReader in, RequestField field) throws IOException, InvalidRequestException {
            switch (field) {
                case RESOURCE_NAME -> resourceName = in.name(field);
                case MODE -> mode = in.mode(field);
                case PERMITS -> permits = (int) in.integer(field, 1, ProtocolLimits.MAX_PERMITS);
                case LIMIT -> limit = (int) in.integer(field, 1, ProtocolLimits.MAX_PERMITS);
                default -> {
                    return false;
                }
            }
            return true;
        }

        ResourceClaim finish() throws InvalidRequestException {
            String name = RequestReader.required(RequestField.RESOURCE_NAME, resourceName);
            if (limit == null) {
                if (permits != null) {
                    throw new InvalidRequestException("permits needs a limit");
                }
                return of(name, mode == null ? LockMode.EXCLUSIVE : mode);
            }
            if (mode != null) {
                throw new InvalidRequestException("mode and limit do not go together");
            }
            int wanted = permits == null ? 1 : permits;
            if (wanted > limit) {
                throw new InvalidRequestException("permits must not be more than limit");
            }
            return permits(name, wanted, limit);
        }
    }
}
