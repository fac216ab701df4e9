/**
 * What the client decides, without doing it: until when a lease may be trusted, when to beat, when to try again and why a
 * lock was lost. Inputs and {@code nowMillis} in, values out; no clock, no thread, no I/O. Internal to the client: not
 * part of its published API.
 */
@NullMarked
package io.holdfast.client.core;

import org.jspecify.annotations.NullMarked;
