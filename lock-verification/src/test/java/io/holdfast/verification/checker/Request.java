package io.holdfast.verification.checker;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One acquire, however often it was repeated under its request id, and the place in line that it has. An acquire without
 * a request id is one of its own.
 */
final class Request {
    final long key;
    final Exchange first;
    Exchange latest;

    @Nullable
    Hold hold;

    private List<Exchange> cancels = List.of();
    private List<Exchange> repetitions = List.of();

    /** The place in line; 0 while it is not known. */
    long ticket;
    /** When the ticket was known to have been drawn. */
    long ticketKnownMicros;
    /** Whether the place may have been without a caller for a while, so that others may have passed it. */
    boolean isExcused;
    /** How many outages there had been when it was first sent. */
    final int outagesBefore;

    Request(long key, Exchange first, int outagesBefore) {
        this.key = key;
        this.first = first;
        this.latest = first;
        this.outagesBefore = outagesBefore;
    }

    /** It is asked again. */
    void repeat(Exchange again) {
        if (repetitions.isEmpty()) {
            repetitions = new ArrayList<>(2);
        }
        repetitions.add(again);
        latest = again;
    }

    /**
     * The calls that may have arrived after that one and taken the place over from it while it was under way: the order in
     * which calls are sent is not that in which they arrive.
     */
    List<Exchange> successors(Exchange call) {
        if (repetitions.isEmpty()) {
            return List.of();
        }
        List<Exchange> successors = new ArrayList<>();
        for (int i = -1; i < repetitions.size(); i++) {
            Exchange other = i < 0 ? first : repetitions.get(i);
            if (other != call && other.sent() <= call.received() && other.received() >= call.sent()) {
                successors.add(other);
            }
        }
        return successors;
    }

    List<Exchange> cancels() {
        return cancels;
    }

    void addCancel(Exchange cancel) {
        if (cancels.isEmpty()) {
            cancels = new ArrayList<>(1);
        }
        cancels.add(cancel);
    }

    /** Names the (resource, client, request id) of an acquire; a set goes by its smallest member. */
    static long key(HistoryEvent.Call call) {
        String resource = "";
        for (Claim claim : call.claims()) {
            if (resource.isEmpty() || claim.resource().compareTo(resource) < 0) {
                resource = claim.resource();
            }
        }
        long key = call.request() * 0x9e3779b97f4a7c15L;
        key = (key ^ call.client().hashCode()) * 0xd6e8feb86659fd93L;
        key = (key ^ (key >>> 32) ^ resource.hashCode()) * 0xd6e8feb86659fd93L;
        return key ^ (key >>> 32);
    }
}
