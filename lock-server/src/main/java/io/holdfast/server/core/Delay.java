package io.holdfast.server.core;

/**
 * What keeps a resource from everybody for a while after a hold has ended. Immutable.
 *
 * @param reason how the hold ended
 * @param millis how long it lasts, carried for whoever arms it
 */
public record Delay(EndReason reason, long millis) {}
