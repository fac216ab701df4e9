package io.holdfast.verification.checker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known by name: resources, holds, requests, sessions. Holds that are over are remembered for a while by number,
 * because a late answer about one may be what gives a violation away.
 */
final class Registry {
    final LongMap<Request> requests = new LongMap<>();
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private final LongMap<Hold> byFence = new LongMap<>();
    private final LongMap<Hold> byToken = new LongMap<>();
    private final LongMap<Session> sessions = new LongMap<>();
    /** Calls with a token that is not known yet. */
    private final LongMap<List<Exchange>> early = new LongMap<>();

    private final ArrayDeque<Hold> over = new ArrayDeque<>();
    private final ArrayDeque<Request> overRequests = new ArrayDeque<>();
    private final int remembered;

    Registry(int remembered) {
        this.remembered = remembered;
    }

    Lane lane(String resource) {
        Lane lane = lanes.get(resource);
        if (lane == null) {
            lane = new Lane(resource);
            lanes.put(resource, lane);
        }
        return lane;
    }

    @Nullable
    Hold byFence(long fence) {
        return byFence.get(fence);
    }

    @Nullable
    Hold byToken(long token) {
        return token == 0 ? null : byToken.get(token);
    }

    Hold add(long fence) {
        Hold hold = new Hold(fence, false);
        byFence.put(fence, hold);
        return hold;
    }

    /** The token of a hold is known. Calls with it that came before are handed over. */
    void named(Hold hold, long token) {
        if (token == 0 || hold.token == token) {
            return;
        }
        hold.token = token;
        byToken.put(token, hold);
        List<Exchange> calls = early.remove(token);
        if (calls != null) {
            calls.forEach(call -> join(call, hold));
        }
    }

    /** Joins a call with the hold whose token it names, now or as soon as that is known. */
    void join(Exchange exchange) {
        long token = exchange.call.token();
        Hold hold = byToken(token);
        if (hold != null) {
            join(exchange, hold);
            return;
        }
        List<Exchange> calls = early.get(token);
        if (calls == null) {
            calls = new ArrayList<>(1);
            early.put(token, calls);
        }
        calls.add(exchange);
    }

    private static void join(Exchange exchange, Hold hold) {
        exchange.hold = hold;
        hold.open++;
        hold.openedMicros = exchange.sent();
        if (exchange.call.verb() == Verb.RELEASE) {
            hold.addEnd(exchange);
        }
    }

    /** A call with a token that nobody knows was answered. */
    void forgetEarly(Exchange exchange) {
        List<Exchange> calls = early.get(exchange.call.token());
        if (calls != null && calls.remove(exchange) && calls.isEmpty()) {
            early.remove(exchange.call.token());
        }
    }

    Session session(long hash) {
        Session session = sessions.get(hash);
        if (session == null) {
            session = new Session();
            sessions.put(hash, session);
        }
        return session;
    }

    void sessionOver(long hash) {
        sessions.remove(hash);
    }

    /** Takes out of a lane what nothing can depend on any more, and the lane itself when nothing is left. */
    void prune(Lane lane, long nowMicros) {
        for (int i = 0; i < lane.holds.size(); i++) {
            Hold hold = lane.holds.get(i);
            if (!isInUse(hold, nowMicros) && isPastEverywhere(hold, nowMicros)) {
                hold.isOff = true;
                hold.lanes.forEach(each -> each.holds.remove(each.indexOf(hold)));
                i--;
                if (!hold.isGap && hold.goneBy != Hold.NEVER) {
                    remember(hold);
                }
            }
        }
        if (lane.holds.isEmpty() && since(lane, nowMicros) == Hold.NEVER) {
            lane.breaks.removeIf(
                    broken -> !broken.isUnknown() || nowMicros > broken.received() + Lane.OPEN_KEPT_MICROS);
            if (lane.breaks.isEmpty() && !lane.isSpoiled) {
                lanes.remove(lane.resource, lane); // it may have been left and made anew
            }
        }
    }

    /** When the oldest call was sent that what is in the lane may still matter for. */
    private static long since(Lane lane, long nowMicros) {
        long since = lane.askingSince(nowMicros);
        for (int i = 0; i < lane.toJudge.size(); i++) {
            since = Math.min(since, lane.toJudge.get(i).sent());
        }
        return since;
    }

    private static boolean isPastEverywhere(Hold hold, long nowMicros) {
        for (int i = 0; i < hold.lanes.size(); i++) {
            Lane lane = hold.lanes.get(i);
            int index = lane.indexOf(hold);
            long since = since(lane, nowMicros);
            if (!isPast(lane, index, hold, since, nowMicros)) {
                return false;
            }
            if (!lane.isIndependent(index) && !isAtRest(lane, since, nowMicros)) {
                return false;
            }
        }
        return true;
    }

    /** Everything in it is past, so nothing new can come of how its holds bear on each other. */
    private static boolean isAtRest(Lane lane, long since, long nowMicros) {
        for (int i = 0; i < lane.holds.size(); i++) {
            Hold hold = lane.holds.get(i);
            if (isInUse(hold, nowMicros) || !isPast(lane, i, hold, since, nowMicros)) {
                return false;
            }
        }
        return true;
    }

    /** A client that was killed leaves calls without an answer; they do not count for ever. */
    private static boolean isInUse(Hold hold, long nowMicros) {
        return hold.open > 0 && nowMicros <= hold.openedMicros + Lane.OPEN_KEPT_MICROS;
    }

    private static boolean isPast(Lane lane, int index, Hold hold, long since, long nowMicros) {
        long end = hold.isGap ? hold.grantedBy : hold.goneBy;
        if (end == Hold.NEVER) {
            Hold successor = lane.successor(index);
            if (successor == null) {
                boolean abandoned = hold.lease() > 0 && nowMicros > hold.lease() + Lane.UNKNOWN_KEPT_MICROS;
                return abandoned && hold.oLow < since;
            }
            end = successor.grantedBy;
            if (end >= since || hold.oLow >= since || hold.oLow > nowMicros) {
                return false;
            }
            if (successor.grantedWitness != null) {
                hold.gone(end, successor.grantedWitness);
            }
        }
        return end < since && hold.oLow < since && hold.oLow <= nowMicros;
    }

    private void remember(Hold hold) {
        over.add(hold);
        if (over.size() > remembered) {
            Hold old = over.removeFirst();
            byFence.remove(old.fence);
            if (old.token != 0) {
                byToken.remove(old.token);
            }
            if (old.request != null && requests.get(old.request.key) == old.request) {
                requests.remove(old.request.key);
            }
        }
    }

    /** An acquire was answered with no. It may be repeated, so it is remembered for a while. */
    void refused(Request request) {
        if (request.key != 0) {
            overRequests.add(request);
            if (overRequests.size() > remembered) {
                Request old = overRequests.removeFirst();
                if (old.hold == null && !old.latest.isOpen() && requests.get(old.key) == old) {
                    requests.remove(old.key);
                }
            }
        }
    }

    Iterable<Lane> lanes() {
        return List.copyOf(lanes.values());
    }

    /** How much is kept. */
    int size() {
        int holds = 0;
        for (Lane lane : lanes.values()) {
            holds += lane.holds.size();
        }
        return holds + byFence.size() + requests.size() + lanes.size() + early.size();
    }
}
