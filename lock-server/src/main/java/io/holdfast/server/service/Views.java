package io.holdfast.server.service;

import io.holdfast.protocol.HolderView;
import io.holdfast.protocol.ListAnswer;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.protocol.StatusAnswer;
import io.holdfast.protocol.ValidateAnswer;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Hold;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Mode;
import io.holdfast.server.core.Resource;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What others are shown of the table: everything but the secrets. Confined to the event loop. */
final class Views {
    /** A held lock may be released any moment; whoever only tries should look again after this. */
    private static final long RETRY_HELD_MILLIS = 1_000;

    private final LockTable table;
    private final Grants grants;

    Views(LockTable table, Grants grants) {
        this.table = table;
        this.grants = grants;
    }

    LockAnswer busy(String resourceName) {
        Resource resource = table.find(resourceName);
        return LockAnswer.busy(
                resourceName, holders(resource), queueLength(resource), retryAfterMillis(resource), reason(resource));
    }

    LockAnswer timeout(String resourceName) {
        Resource resource = table.find(resourceName);
        return LockAnswer.timeout(
                resourceName, holders(resource), queueLength(resource), retryAfterMillis(resource), reason(resource));
    }

    StatusAnswer status(String resourceName) {
        Resource resource = table.find(resourceName);
        Hold oldest = resource == null ? null : resource.oldest();
        String mode = oldest == null ? null : mode(oldest, resourceName);
        boolean shared = mode != null && !mode.equals("exclusive");
        return new StatusAnswer(
                oldest != null,
                resourceName,
                oldest == null ? null : oldest.clientId(),
                oldest == null ? null : Instant.ofEpochMilli(oldest.acquiredAtMillis()),
                oldest == null ? null : Instant.ofEpochMilli(oldest.lastHeartbeatMillis()),
                shared ? holders(resource) : List.of(),
                shared ? mode : null,
                (int) queueLength(resource),
                table.lastFencingToken());
    }

    ValidateAnswer validate(String resourceName, long fencingToken) {
        Resource resource = table.find(resourceName);
        long newest = 0;
        boolean current = false;
        if (resource != null) {
            for (Hold hold : resource.holds()) {
                newest = hold.fencingToken();
                current |= newest == fencingToken;
            }
        }
        return new ValidateAnswer(current, newest);
    }

    ListAnswer.Entry entry(Resource resource) {
        Hold oldest = live(resource).findFirst().orElse(null);
        return new ListAnswer.Entry(
                resource.name(), oldest == null ? null : mode(oldest, resource.name()), holders(resource), (int)
                        queueLength(resource));
    }

    static String wireName(EndReason reason) {
        return Arrays.stream(reason.name().split("_", -1))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    private List<HolderView> holders(@Nullable Resource resource) {
        if (resource == null) {
            return List.of();
        }
        return live(resource)
                .limit(ProtocolLimits.MAX_HOLDERS_SHOWN)
                .map(hold -> new HolderView(
                        hold.clientId(),
                        Instant.ofEpochMilli(hold.acquiredAtMillis()),
                        grants.remainingMillis(hold),
                        mode(hold, resource.name()),
                        hold.terms().metadata(),
                        hold.fencingToken()))
                .toList();
    }

    /** A listing may come by before what a session has left is ended. */
    private static Stream<Hold> live(Resource resource) {
        return resource.holds().stream().filter(hold -> !hold.isOver());
    }

    private static long queueLength(@Nullable Resource resource) {
        return resource == null ? 0 : resource.queueLength() + resource.sets().size();
    }

    private long retryAfterMillis(@Nullable Resource resource) {
        long soonest = RETRY_HELD_MILLIS;
        if (resource != null) {
            for (Hold hold : resource.holds()) {
                soonest = Math.min(soonest, grants.remainingMillis(hold));
            }
        }
        return Math.max(1, soonest);
    }

    private static @Nullable String reason(@Nullable Resource resource) {
        if (resource == null || !resource.isDelayed() || !resource.holds().isEmpty()) {
            return null;
        }
        return resource.isBroken() ? "Broken" : "LockDelay";
    }

    private static String mode(Hold hold, String resourceName) {
        Mode mode = hold.claimOn(resourceName).mode();
        return mode.name().toLowerCase(Locale.ROOT);
    }
}
