/**
 * HTTP and nothing but HTTP: routes, bodies, answers, connections.
 */
@NullMarked
package io.holdfast.server.http;

import org.jspecify.annotations.NullMarked;
