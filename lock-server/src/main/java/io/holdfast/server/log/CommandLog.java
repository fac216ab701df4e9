package io.holdfast.server.log;

/**
 * Where the commands of the lock table are kept. The serving node changes its table first and appends the command in the
 * same turn; nobody may be told of the change before it is durable. All of it is called on, and calls back on, the event
 * loop; nothing blocks.
 */
public interface CommandLog {
    /** Appends a command. It is durable some time later, in the order of the calls. */
    void append(byte[] command);

    /** Whether everything that was appended so far is durable, and this node is known to be the one to say so. */
    boolean isDurable();

    /**
     * Calls {@code action} when everything that was appended before this call is durable: at once if it is already. Actions
     * are called in the order of the calls. When that cannot be said any more, because a write has failed or another node
     * leads now, {@code lost} is called instead: what was appended may be durable or not.
     */
    void whenDurable(Runnable action, Runnable lost);

    /**
     * Whether so much waits to become durable that new work should be refused for now. Changes that happen by
     * themselves, such as the end of a lease, are appended all the same.
     */
    boolean isFull();
}
