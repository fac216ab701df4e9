package io.holdfast.verification.checker;

/** What a client asks for. */
public enum Verb {
    ACQUIRE("acquire"),
    HEARTBEAT("heartbeat"),
    RELEASE("release"),
    BREAK("break"),
    STATUS("status"),
    VALIDATE("validate"),
    CANCEL("cancel"),
    OPEN_SESSION("open-session"),
    BEAT_SESSION("beat-session"),
    CLOSE_SESSION("close-session"),
    /** A write to the resource that the lock protects, with the fencing token; see {@link HistoryEvent.Stored}. */
    WRITE("write");

    private final String word;

    Verb(String word) {
        this.word = word;
    }

    /** As it stands in a history. */
    public String word() {
        return word;
    }
}
