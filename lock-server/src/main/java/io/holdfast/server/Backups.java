package io.holdfast.server;

import io.holdfast.protocol.BackupAnswer;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.Status;
import io.holdfast.protocol.UnavailableReason;
import io.holdfast.server.http.BackupRoute;
import io.holdfast.server.service.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes backups, one at a time, into a folder of the data directory. Confined to the event loop. */
final class Backups implements BackupRoute.Maker {
    private static final Logger LOG = LoggerFactory.getLogger(Backups.class);
    private static final String FOLDER = "backups";
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Path folder;
    private final long maxTtlMillis;
    private final TimeSource time;
    private final Executor loop;
    private final Supplier<@Nullable Source> source;
    private boolean underWay;

    /** Where the state is. */
    @FunctionalInterface
    interface Source {
        /** Writes it to that file. The future ends with it, on any thread, and says how many locks are in it. */
        CompletableFuture<Integer> backUp(Path file, long takenAtMillis, long maxTtlMillis);
    }

    /**
     * Creates a maker that has made nothing.
     *
     * @param loop the event loop
     * @param source null as long as there is none
     */
    Backups(LockServerConfig config, TimeSource time, Executor loop, Supplier<@Nullable Source> source) {
        this.folder = config.dataDir().toAbsolutePath().resolve(FOLDER);
        this.maxTtlMillis = config.rules().maxTtlMs();
        this.time = time;
        this.loop = loop;
        this.source = source;
    }

    /** What a server says that has nothing to write. */
    static void nothingToKeep(Consumer<BackupAnswer> made, Consumer<LockAnswer> refused) {
        refused.accept(LockAnswer.refused(
                Status.BAD_REQUEST,
                "With storage \"memory\" locks end with the server, so there is nothing to back up"));
    }

    @Override
    public void backUp(Consumer<BackupAnswer> made, Consumer<LockAnswer> refused) {
        Source found = source.get();
        if (found == null || underWay) {
            refused.accept(LockAnswer.unavailable(
                    found == null ? UnavailableReason.STARTING : UnavailableReason.OVERLOADED, 1_000));
            return;
        }
        underWay = true;
        long nowMillis = time.wallMillis();
        Path file = folder.resolve(NAME.format(Instant.ofEpochMilli(nowMillis)) + ".backup");
        CompletableFuture<Void> unused = inFolder(() -> found.backUp(file, nowMillis, maxTtlMillis))
                .handleAsync(
                        (locks, thrown) -> {
                            underWay = false;
                            if (thrown == null) {
                                LOG.info("Backed up {} locks to {}", locks, file);
                                made.accept(new BackupAnswer(file.toString(), locks));
                            } else {
                                LOG.error("Cannot write {}: {}", file, reason(thrown));
                                refused.accept(LockAnswer.refused(
                                        Status.UNKNOWN, "There is no whole backup: " + reason(thrown)));
                            }
                            return null;
                        },
                        loop);
    }

    private CompletableFuture<Integer> inFolder(Supplier<CompletableFuture<Integer>> making) {
        try {
            Files.createDirectories(folder);
            return making.get();
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static String reason(Throwable thrown) {
        Throwable cause = Objects.requireNonNullElse(thrown.getCause(), thrown);
        return Objects.requireNonNullElse(cause.getMessage(), cause.toString());
    }
}
