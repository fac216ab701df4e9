package io.holdfast.fencing;

/**
 * A later holder has written already: whoever wrote with this fencing token has lost the lock. Stop the work, undo what is
 * not committed, and do not repeat it with the same token; acquire the lock again and look at what has changed.
 */
public final class StaleFenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String resource;
    private final long fence;
    private final long newestFence;

    StaleFenceException(String resource, long fence, long newestFence) {
        super("Fencing token " + fence + " for '" + resource + "' is stale: " + newestFence + " has been seen");
        this.resource = resource;
        this.fence = fence;
        this.newestFence = newestFence;
    }

    /** What was to be written. */
    public String resource() {
        return resource;
    }

    /** The token that was refused. */
    public long fence() {
        return fence;
    }

    /** The higher one that refused it. */
    public long newestFence() {
        return newestFence;
    }
}
