/**
 * What survives a restart of the server.
 */
@NullMarked
package io.holdfast.server.log;

import org.jspecify.annotations.NullMarked;
