/**
 * The durable command log, on Apache Ratis. The only package that knows Ratis, and the only one of the server that meets
 * threads other than the event loop.
 */
package io.holdfast.server.log.ratis;
