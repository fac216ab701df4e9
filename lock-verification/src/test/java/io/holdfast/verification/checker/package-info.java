/**
 * A history of what clients asked and were told, and a checker of the promises that were made to them. It shares no code
 * with the server or the clients, so that no mistake of theirs can hide in it. {@code docs/checking.md} says what is
 * checked and why that is sound.
 */
@NullMarked
package io.holdfast.verification.checker;

import org.jspecify.annotations.NullMarked;
