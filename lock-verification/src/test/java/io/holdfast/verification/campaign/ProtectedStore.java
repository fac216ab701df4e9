package io.holdfast.verification.campaign;

/** What the locks protect: takes writes that carry a fence. */
interface ProtectedStore {
    /** What came of a write. */
    enum Taken {
        YES,
        /** The fence was stale. */
        NO,
        UNKNOWN
    }

    Taken write(String resource, long value, long fence);
}
