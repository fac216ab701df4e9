package io.holdfast.server.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a hold that was broken. Immutable.
 *
 * @param parts what was held
 * @param reason what the holder is told; null for nothing
 */
public record BrokenHold(List<Part> parts, @Nullable String reason) {
    boolean wasOn(String resourceName) {
        for (Part part : parts) {
            if (part.resourceName().equals(resourceName)) {
                return true;
            }
        }
        return false;
    }
}
