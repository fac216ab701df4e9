/**
 * The wire protocol as values: what server and clients must agree on and nothing else. Records for requests and
 * answers, the statuses, paths and limits, and the only JSON codec of the project.
 */
@NullMarked
package io.holdfast.protocol;

import org.jspecify.annotations.NullMarked;
