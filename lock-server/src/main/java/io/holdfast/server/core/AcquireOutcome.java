package io.holdfast.server.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link AcquireCommand} came to.
 *
 * @param kind what happened
 * @param hold the hold, when {@link Kind#GRANTED} or {@link Kind#GRANTED_BEFORE}
 * @param place the place, when {@link Kind#QUEUED_BEFORE}
 * @param ended why, when {@link Kind#ENDED}
 * @param resourceName the resource that is in the way, when refused
 */
public record AcquireOutcome(
        Kind kind,
        @Nullable Hold hold,
        @Nullable Place place,
        @Nullable EndReason ended,
        @Nullable String resourceName) {

    /** What happened to an acquire. */
    public enum Kind {
        GRANTED,
        /** This is a repetition, and here is what the first one got. */
        GRANTED_BEFORE,
        /** This is a repetition, and the first one still waits. */
        QUEUED_BEFORE,
        /** This is a repetition of an acquire that is over. */
        ENDED,
        /** The request id was used for another wish. */
        REQUEST_MISMATCH,
        /** Held by others, or not available yet. */
        BUSY,
        /** A read-write lock was asked for as a semaphore, or the other way round. */
        MODE_MISMATCH,
        /** A semaphore was asked for with another limit. */
        LIMIT_MISMATCH
    }

    /** The hold of an outcome that has one. */
    public Hold requireHold() {
        return Objects.requireNonNull(hold);
    }

    /** The place of an outcome that has one. */
    public Place requirePlace() {
        return Objects.requireNonNull(place);
    }

    /** The reason of an outcome that has one. */
    public EndReason requireEnded() {
        return Objects.requireNonNull(ended);
    }

    /** The resource of an outcome that names one. */
    public String requireResourceName() {
        return Objects.requireNonNull(resourceName);
    }

    static AcquireOutcome of(Hold hold, Kind kind) {
        return new AcquireOutcome(kind, hold, null, null, null);
    }

    static AcquireOutcome of(Place place) {
        return new AcquireOutcome(Kind.QUEUED_BEFORE, null, place, null, null);
    }

    static AcquireOutcome of(EndReason ended) {
        return new AcquireOutcome(Kind.ENDED, null, null, ended, null);
    }

    static AcquireOutcome refused(Kind kind, @Nullable String resourceName) {
        return new AcquireOutcome(kind, null, null, null, resourceName);
    }
}
