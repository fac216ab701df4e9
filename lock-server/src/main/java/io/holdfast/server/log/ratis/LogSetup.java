package io.holdfast.server.log.ratis;

import io.holdfast.server.core.LockTable;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * How a log is kept.
 *
 * @param directory where it is; nobody else may use it
 * @param emptyTable makes an empty table for what the log says
 * @param snapshotAfter commands after which a snapshot is made, unless more locks than that are held: their number is what a
 *     snapshot costs
 */
public record LogSetup(Path directory, Supplier<LockTable> emptyTable, int snapshotAfter) {}
