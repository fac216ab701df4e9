/**
 * What the event loop does with the rules: stamps the time, submits commands, arms and sweeps the timers, answers. Free
 * of Vert.x, so that a simulation can drive it.
 */
@NullMarked
package io.holdfast.server.service;

import org.jspecify.annotations.NullMarked;
