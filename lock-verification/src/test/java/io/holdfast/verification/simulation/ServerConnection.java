package io.holdfast.verification.simulation;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.server.service.Caller;
import org.jspecify.annotations.Nullable;

/** What the checks may know of a caller. */
interface ServerConnection extends Caller {
    Call call();

    String clientName();

    /** Whether the server could know that the caller is gone: it asked to be told, and the news has arrived. */
    boolean isKnownGone();

    /** Sends the one answer: the session that was opened. */
    void opened(SessionOpened opened);

    /** Sends the one answer: what the server says of a session that lives. */
    void beaten(SessionBeaten beaten);

    /** The answer that was given, if any. */
    @Nullable
    LockAnswer given();
}
