package io.holdfast.server;

import io.holdfast.server.service.TimeSource;
import io.vertx.core.Vertx;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What a node is made with.
 *
 * @param loop the event loop it is confined to
 * @param dying told if the log cannot be written any more
 */
record NodeSetup(Vertx vertx, Executor loop, LockServerConfig config, TimeSource time, Consumer<String> dying) {}
