/**
 * The rules of the lock service, pure: commands in, outcomes out. Nothing here sees a clock, a thread, a logger, a
 * buffer or a Future; time is the parameter {@code nowMillis}, and only {@link io.holdfast.server.core.Timers} takes it.
 */
@NullMarked
package io.holdfast.server.core;

import org.jspecify.annotations.NullMarked;
