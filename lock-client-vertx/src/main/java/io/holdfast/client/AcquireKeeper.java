package io.holdfast.client;

import io.vertx.core.Future;

/** For whom acquires are made. To be used on the client's context only. */
interface AcquireKeeper {
    /** What to acquire in. Never fails. */
    Future<Sessions.Admission> admit(Wish wish);
}
