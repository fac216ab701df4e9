/**
 * A check of fencing tokens in front of HTTP resources: {@link io.holdfast.fencing.web.FenceHandler}. Needs vertx-web,
 * which this module does not bring along.
 */
@NullMarked
package io.holdfast.fencing.web;

import org.jspecify.annotations.NullMarked;
