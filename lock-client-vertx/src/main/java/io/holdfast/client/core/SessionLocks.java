package io.holdfast.client.core;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The locks of one session, and what the answers to its heartbeats mean for them. Not thread-safe.
 *
 * @param <T> a lock
 */
public final class SessionLocks<T> {
    /** Losses of locks whose grants may still be on the way; the oldest are given up. */
    private static final int MAX_UNCLAIMED = 1_000;

    private final int maxLossesPerAnswer;
    private final Map<Long, T> byFence = new LinkedHashMap<>();
    private final Map<String, Set<T>> byName = new LinkedHashMap<>();
    private final Map<Long, Loss> unclaimed = new LinkedHashMap<>();
    private long heardSeq;
    private long usedMillis;

    /**
     * A lock that the server says was lost alone.
     *
     * @param why for people; empty if nobody said
     */
    public record Loss(long fencingToken, LossCause cause, String why) {}

    /** A lock that is here, and how it was lost. */
    public record Lost<T>(T lock, Loss loss) {}

    /**
     * What an answer means.
     *
     * @param lost to be told of their loss
     * @param wanted to be told that others wait
     * @param complete whether it told all losses. If not, there are more, which wait for the acknowledgement, and until all
     *     are known nothing may be believed in for longer: a lock that was broken is kept from others only until the lease
     *     that its holder knew of
     */
    public record News<T>(List<Lost<T>> lost, List<T> wanted, boolean complete) {}

    /**
     * A session that holds nothing yet.
     *
     * @param maxLossesPerAnswer an answer with as many may have left some out
     */
    public SessionLocks(int maxLossesPerAnswer, long nowMillis) {
        this.maxLossesPerAnswer = maxLossesPerAnswer;
        this.usedMillis = nowMillis;
    }

    /** Somebody is about to acquire in it. */
    public void use(long nowMillis) {
        usedMillis = nowMillis;
    }

    /** Whether nothing is held, and nobody has asked for anything for a whole lease. */
    public boolean isUnused(long nowMillis, long ttlMillis) {
        return byName.isEmpty() && nowMillis - usedMillis >= ttlMillis;
    }

    /**
     * Takes a lock in.
     *
     * @return how it was lost, if the session was told before the grant arrived; else null
     */
    public @Nullable Loss add(T lock, OptionalLong fencingToken, List<String> names) {
        for (String name : names) {
            byName.computeIfAbsent(name, any -> new LinkedHashSet<>()).add(lock);
        }
        if (fencingToken.isEmpty()) {
            return null;
        }
        byFence.put(fencingToken.getAsLong(), lock);
        return unclaimed.remove(fencingToken.getAsLong());
    }

    /** Takes a lock out that is over. */
    public void remove(T lock, OptionalLong fencingToken, List<String> names, long nowMillis) {
        fencingToken.ifPresent(byFence::remove);
        for (String name : names) {
            byName.computeIfPresent(name, (any, locks) -> locks.remove(lock) && locks.isEmpty() ? null : locks);
        }
        use(nowMillis);
    }

    /** The number of the newest loss that was heard of, to be acknowledged with each heartbeat; empty for none. */
    public OptionalLong ackSeq() {
        return heardSeq == 0 ? OptionalLong.empty() : OptionalLong.of(heardSeq);
    }

    /** A heartbeat was answered. */
    public News<T> hear(long seq, List<Loss> losses, List<String> wantedNames) {
        List<Lost<T>> lost = new ArrayList<>();
        for (Loss loss : losses) {
            T lock = byFence.get(loss.fencingToken());
            if (lock != null) {
                lost.add(new Lost<>(lock, loss));
            } else {
                keepUnclaimed(loss);
            }
        }
        heardSeq = Math.max(heardSeq, seq);
        List<T> wanted = new ArrayList<>();
        for (String name : wantedNames) {
            wanted.addAll(byName.getOrDefault(name, Set.of()));
        }
        return new News<>(lost, wanted, losses.size() < maxLossesPerAnswer);
    }

    private void keepUnclaimed(Loss loss) {
        unclaimed.put(loss.fencingToken(), loss);
        if (unclaimed.size() > MAX_UNCLAIMED) {
            Iterator<Long> oldest = unclaimed.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** All of them, each once. */
    public List<T> all() {
        Set<T> all = new LinkedHashSet<>();
        byName.values().forEach(all::addAll);
        return new ArrayList<>(all);
    }
}
