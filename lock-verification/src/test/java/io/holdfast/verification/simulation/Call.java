package io.holdfast.verification.simulation;

import io.holdfast.protocol.AcquireAllRequest;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.AcquireTerms;
import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.InvalidRequestException;
import io.holdfast.protocol.RequestRules;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpenRequest;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Token;
import io.holdfast.server.service.LockService;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One request: bytes on the way, read by the server as it reads those of a real client. */
final class Call {
    static final long MAX_TTL_MS = 120_000;
    static final long MAX_WAIT_MS = 60_000;
    private static final RequestRules RULES = new RequestRules(512, MAX_TTL_MS, MAX_WAIT_MS);

    private final String verb;
    private final List<String> resourceNames;
    private final @Nullable RequestKey key;
    private final @Nullable Token session;
    private final @Nullable Long ackSeq;
    private final Reader reader;

    /** Reads the bytes and does what they ask for. */
    private interface Reader {
        void serve(Desk desk, ServerConnection caller) throws InvalidRequestException;
    }

    private Call(String verb, List<String> resourceNames, @Nullable RequestKey key, Reader reader) {
        this(verb, resourceNames, key, null, null, reader);
    }

    private Call(
            String verb,
            List<String> resourceNames,
            @Nullable RequestKey key,
            @Nullable String sessionId,
            @Nullable Long ackSeq,
            Reader reader) {
        this.session = sessionId == null ? null : Token.parse(sessionId);
        this.ackSeq = ackSeq;
        this.verb = verb;
        this.resourceNames = resourceNames;
        this.key = key;
        this.reader = reader;
    }

    /** An acquire of one resource or of several. */
    static Call acquire(List<ResourceClaim> claims, AcquireTerms terms) {
        List<String> names = claims.stream().map(ResourceClaim::resourceName).toList();
        RequestKey key = terms.requestId() == null || terms.clientId() == null
                ? null
                : new RequestKey(names.get(0), terms.clientId(), terms.requestId());
        if (claims.size() == 1) {
            byte[] body = new AcquireRequest(claims.get(0), terms).toJson();
            return new Call(
                    "acquire",
                    names,
                    key,
                    terms.sessionId(),
                    null,
                    (desk, caller) -> desk.acquire(AcquireRequest.read(body, RULES), caller));
        }
        byte[] body = new AcquireAllRequest(claims, terms).toJson();
        return new Call(
                "acquire-all",
                names,
                key,
                terms.sessionId(),
                null,
                (desk, caller) -> desk.acquireAll(AcquireAllRequest.read(body, RULES), caller));
    }

    static Call cancel(CancelRequest request) {
        byte[] body = request.toJson();
        return new Call(
                "cancel",
                List.of(request.resourceName()),
                new RequestKey(request.resourceName(), request.clientId(), request.requestId()),
                (desk, caller) -> caller.answer(desk.cancel(CancelRequest.read(body, RULES))));
    }

    static Call heartbeat(TokenRequest request) {
        byte[] body = request.toJson();
        return new Call(
                "heartbeat",
                List.of(request.resourceName()),
                null,
                (desk, caller) -> caller.answer(desk.heartbeat(TokenRequest.read(body, RULES))));
    }

    static Call release(TokenRequest request) {
        byte[] body = request.toJson();
        return new Call(
                "release",
                List.of(request.resourceName()),
                null,
                (desk, caller) -> caller.answer(desk.release(TokenRequest.read(body, RULES))));
    }

    static Call open(SessionOpenRequest request) {
        byte[] body = request.toJson();
        return new Call(
                "open",
                List.of(),
                null,
                (desk, caller) -> desk.open(SessionOpenRequest.read(body, RULES), caller::opened, caller::answer));
    }

    static Call beat(SessionRequest request) {
        byte[] body = request.toJson();
        return new Call("beat", List.of(), null, request.sessionId(), request.ackSeq(), (desk, caller) -> {
            SessionBeaten beaten = desk.beat(SessionRequest.read(body, RULES));
            if (beaten == null) {
                caller.answer(LockService.sessionNotFound());
            } else {
                caller.beaten(beaten);
            }
        });
    }

    static Call close(SessionRequest request) {
        byte[] body = request.toJson();
        return new Call(
                "close",
                List.of(),
                null,
                request.sessionId(),
                null,
                (desk, caller) -> caller.answer(desk.close(SessionRequest.read(body, RULES))));
    }

    static Call breakHolds(BreakRequest request) {
        byte[] body = request.toJson();
        return new Call(
                "break",
                List.of(request.resourceName()),
                null,
                (desk, caller) -> desk.breakHolds(BreakRequest.read(body, RULES), caller));
    }

    /** The session that this is about, or that a lock is to live in. */
    @Nullable
    Token session() {
        return session;
    }

    /** Up to where losses were heard of; null for nothing. */
    @Nullable
    Long ackSeq() {
        return ackSeq;
    }

    List<String> resourceNames() {
        return resourceNames;
    }

    /** The names as the world's log wants them. */
    String about() {
        return resourceNames.stream().collect(Collectors.joining(","));
    }

    /** The name of the acquire that this is or cancels, or null for one without and for other calls. */
    @Nullable
    RequestKey key() {
        return key;
    }

    void serve(Desk desk, ServerConnection caller) {
        try {
            reader.serve(desk, caller);
        } catch (InvalidRequestException e) {
            throw new Violation(Violation.Rule.PROTOCOL, about(), e.getMessage());
        }
    }

    @Override
    public String toString() {
        return verb + " " + about();
    }
}
