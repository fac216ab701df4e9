package io.holdfast.verification.simulation;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LostLock;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.server.core.LockTable;
import io.holdfast.server.core.Resource;
import io.holdfast.server.core.Token;
import io.holdfast.verification.simulation.GrantCheck.Grant;
import io.holdfast.verification.simulation.Tally.Happening;
import io.holdfast.verification.simulation.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks at sessions on the server, and at what breaks do to holds: a session's locks live as long as it does, its losses are
 * told until they were heard of, and so is what others wait for.
 */
final class SessionCheck {
    private final SimulatedWorld world;
    private final LeaseCheck leaseCheck;
    /** Of this run: sessions that were opened and not seen to end. */
    private final Map<Token, Books> open = new LinkedHashMap<>();
    /** Of all runs: what was broken, by fencing token. */
    private final Map<Long, Broken> broken = new HashMap<>();

    private LockTable table = new LockTable(0, 0);
    private Map<Long, Grant> live = Map.of();

    /** What one session has lost and not acknowledged: the number it was first told under, or null before that. */
    private static final class Books {
        private final Map<Long, @Nullable Long> toldAs = new LinkedHashMap<>();
    }

    /**
     * One hold that an operator ended.
     *
     * @param atMillis real time
     * @param exclusionGivenUp whether the resource may be granted while the holder still believes
     */
    record Broken(long atMillis, boolean exclusionGivenUp) {}

    SessionCheck(SimulatedWorld world, LeaseCheck leaseCheck) {
        this.world = world;
        this.leaseCheck = leaseCheck;
    }

    void started(LockTable newTable, Map<Long, Grant> newLive) {
        table = newTable;
        live = newLive;
        open.clear();
    }

    /** How that hold was broken, or null. */
    @Nullable
    Broken broken(long fencingToken) {
        return broken.get(fencingToken);
    }

    void opened(SessionOpened opened) {
        world.tally().count(Happening.SESSION_OPENED);
        Token id = Objects.requireNonNull(Token.parse(opened.sessionId()));
        open.put(id, new Books());
        leaseCheck.granted(id, opened.ttlMs());
    }

    void closed(Token id) {
        world.tally().count(Happening.SESSION_CLOSED);
        require(table.session(id) == null, Rule.SESSION_LIFE, "", "a session lives on after it was closed");
        open.remove(id);
    }

    void beaten(Call call, SessionBeaten beaten) {
        Token id = Objects.requireNonNull(call.session());
        Books books = open.get(id);
        require(books != null, Rule.SESSION_LIFE, "", "a session that is over was renewed");
        leaseCheck.renewed(id);
        Long ack = call.ackSeq();
        books.toldAs.values().removeIf(seq -> seq != null && ack != null && seq <= ack);
        Set<Long> told =
                beaten.lost().stream().map(LostLock::fencingToken).collect(Collectors.toCollection(HashSet::new));
        require(
                told.equals(books.toldAs.keySet()),
                Rule.LOSS_TOLD,
                "",
                "a session was told of " + told + " and has lost " + books.toldAs.keySet());
        books.toldAs.replaceAll((fence, seq) -> seq == null ? (Long) beaten.seq() : seq);
        Set<String> wanted = new TreeSet<>(beaten.wanted());
        require(
                wanted.equals(wantedOf(id)),
                Rule.WANTED_TOLD,
                String.join(",", wantedOf(id)),
                "a session was told that others want " + wanted + " and not " + wantedOf(id));
    }

    private Set<String> wantedOf(Token id) {
        Set<String> wanted = new TreeSet<>();
        for (Grant grant : live.values()) {
            for (String name : id.equals(grant.session()) && isHeld(grant) ? grant.names() : List.<String>of()) {
                Resource resource = Objects.requireNonNull(table.find(name));
                if (!resource.queue().isEmpty() || !resource.sets().isEmpty()) {
                    wanted.add(name);
                }
            }
        }
        return wanted;
    }

    /** A break was answered; returns what it has ended. */
    List<Grant> broken(Call call, LockAnswer answer) {
        world.tally().count(Happening.BREAK);
        boolean givenUp = Boolean.TRUE.equals(answer.exclusionGivenUp());
        if (givenUp) {
            world.tally().count(Happening.EXCLUSION_GIVEN_UP);
        }
        String name = call.resourceNames().get(0);
        List<Grant> ended = new ArrayList<>();
        live.forEach((fence, grant) -> {
            if (grant.names().contains(name) && !isHeld(grant)) {
                ended.add(grant);
                broken.put(fence, new Broken(world.nowMillis(), givenUp));
                Books books = grant.session() == null ? null : open.get(grant.session());
                if (books != null && table.session(grant.session()) != null) {
                    books.toldAs.put(fence, null);
                }
            }
        });
        return ended;
    }

    /** A request was served: what a session has lost in it, it gave back itself. */
    void served(Call call) {
        for (Grant grant : live.values()) {
            Token session = grant.session();
            if (session == null) {
                continue;
            }
            boolean held = isHeld(grant);
            if (held && table.session(session) == null) {
                // An end in steps goes on at once for as few locks as there are here.
                throw new Violation(Rule.SESSION_LIFE, grant.resourceName(), "a lock outlives its session");
            }
        }
    }

    /** To be called with every tick, after the lease check and before the locks are looked at. */
    void ticked() {
        Iterator<Token> sessions = open.keySet().iterator();
        while (sessions.hasNext()) {
            Token id = sessions.next();
            if (table.session(id) == null) {
                sessions.remove();
                leaseCheck.expired(id, "");
                world.tally().count(Happening.SESSION_EXPIRED);
                world.log("a session has run out on the server");
            } else {
                leaseCheck.lives(id, "");
            }
        }
    }

    /** A lock in a session ended in a tick. */
    void requireOver(Grant grant) {
        require(
                table.session(grant.session()) == null,
                Rule.SESSION_LIFE,
                grant.resourceName(),
                "a lock ended before its session");
    }

    private boolean isHeld(Grant grant) {
        return table.heldUnder(grant.resourceName(), grant.token()) != null;
    }

    private static void require(boolean condition, Rule rule, String name, String what) {
        if (!condition) {
            throw new Violation(rule, name, what);
        }
    }
}
