package io.holdfast.server.service;

import io.holdfast.protocol.ListAnswer;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One page of the resources in the order of their names, found a few at a time: the table has no order, and walking
 * millions of resources in one piece would hold up every lock. What changes meanwhile may or may not be in it. Confined
 * to the event loop.
 */
final class Listing {
    /** Resources looked at in one go. */
    private static final int RESOURCES_PER_STEP = 2_000;

    private final LockTable table;
    private final Views views;
    private final String prefix;
    private final @Nullable String after;
    private final int limit;
    private final Consumer<ListAnswer> reply;
    /** One more than the page has, to know whether there is a next one. */
    private final TreeMap<String, ListAnswer.Entry> page = new TreeMap<>();

    private int nextShard;

    Listing(
            LockTable table,
            Views views,
            String prefix,
            @Nullable String after,
            int limit,
            Consumer<ListAnswer> reply) {
        this.table = table;
        this.views = views;
        this.prefix = prefix;
        this.after = after;
        this.limit = limit;
        this.reply = reply;
    }

    /** Looks at some more resources; answers and returns true when it has seen them all. */
    boolean step() {
        int looked = 0;
        while (nextShard < table.shards() && looked < RESOURCES_PER_STEP) {
            for (Resource resource : table.shard(nextShard)) {
                looked++;
                consider(resource);
            }
            nextShard++;
        }
        if (nextShard < table.shards()) {
            return false;
        }
        answer();
        return true;
    }

    private void consider(Resource resource) {
        String name = resource.name();
        if (!name.startsWith(prefix) || (after != null && name.compareTo(after) <= 0)) {
            return;
        }
        if (page.size() <= limit || name.compareTo(page.lastKey()) < 0) {
            page.put(name, views.entry(resource));
            if (page.size() > limit + 1) {
                page.pollLastEntry();
            }
        }
    }

    private void answer() {
        boolean more = page.size() > limit;
        if (more) {
            page.pollLastEntry();
        }
        List<ListAnswer.Entry> entries = new ArrayList<>(page.values());
        Map.Entry<String, ListAnswer.Entry> last = page.lastEntry();
        reply.accept(new ListAnswer(entries, more && last != null ? last.getKey() : null));
    }
}
