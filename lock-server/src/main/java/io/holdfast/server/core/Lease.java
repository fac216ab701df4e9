package io.holdfast.server.core;

/** The right to a {@link Hold} for as long as it is renewed. Confined to the event loop. */
public final class Lease extends Timer {
    private final Hold hold;
    private long lastHeartbeatMillis;

    /** The lease of a hold that was just granted; the grant counts as its first heartbeat. */
    public Lease(Hold hold) {
        this.hold = hold;
        this.lastHeartbeatMillis = hold.acquiredAtMillis();
    }

    @Override
    public TimerKind kind() {
        return TimerKind.LEASE;
    }

    public Hold hold() {
        return hold;
    }

    /** Wall-clock time of the last heartbeat, to be shown only. */
    public long lastHeartbeatMillis() {
        return lastHeartbeatMillis;
    }

    public void heartbeatAt(long wallMillis) {
        lastHeartbeatMillis = wallMillis;
    }
}
