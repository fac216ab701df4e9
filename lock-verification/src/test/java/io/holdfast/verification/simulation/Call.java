package io.holdfast.verification.simulation;

import io.holdfast.protocol.AcquireAllRequest;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.AcquireTerms;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.InvalidRequestException;
import io.holdfast.protocol.RequestRules;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.TokenRequest;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.service.Caller;
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
    private final Reader reader;

    /** Reads the bytes and does what they ask for. */
    private interface Reader {
        void serve(Desk desk, Caller caller) throws InvalidRequestException;
    }

    private Call(String verb, List<String> resourceNames, @Nullable RequestKey key, Reader reader) {
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
                    "acquire", names, key, (desk, caller) -> desk.acquire(AcquireRequest.read(body, RULES), caller));
        }
        byte[] body = new AcquireAllRequest(claims, terms).toJson();
        return new Call(
                "acquire-all",
                names,
                key,
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

    void serve(Desk desk, Caller caller) {
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
