package io.holdfast.server.service;

/** Whether a caller is still there, for as long as it has no seat. Confined to the event loop. */
final class Presence {
    private boolean over;

    static Presence of(Caller caller) {
        Presence presence = new Presence();
        caller.onGone(() -> presence.over = true);
        return presence;
    }

    boolean isOver() {
        return over;
    }
}
