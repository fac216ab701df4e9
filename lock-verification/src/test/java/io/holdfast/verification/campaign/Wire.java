package io.holdfast.verification.campaign;

import io.holdfast.protocol.ApiPaths;
import io.holdfast.protocol.ProtocolLimits;
import io.holdfast.verification.checker.Claim;
import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Call;
import io.holdfast.verification.checker.HistoryEvent.JournalKind;
import io.holdfast.verification.checker.HistoryEvent.Outcome;
import io.holdfast.verification.checker.HistoryWriter;
import io.holdfast.verification.checker.Verb;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Translates requests and answers, as they are on the wire, into lines of a history. */
final class Wire {
    private static final Map<String, Verb> VERBS = Map.of(
            ApiPaths.ACQUIRE, Verb.ACQUIRE,
            ApiPaths.ACQUIRE_ALL, Verb.ACQUIRE,
            ApiPaths.HEARTBEAT, Verb.HEARTBEAT,
            ApiPaths.RELEASE, Verb.RELEASE,
            ApiPaths.CANCEL, Verb.CANCEL,
            ApiPaths.BREAK, Verb.BREAK,
            ApiPaths.SESSION_OPEN, Verb.OPEN_SESSION,
            ApiPaths.SESSION_HEARTBEAT, Verb.BEAT_SESSION,
            ApiPaths.SESSION_CLOSE, Verb.CLOSE_SESSION);

    private Wire() {}

    /** The request as a call; null if histories have no such call. */
    static @Nullable Call call(long atMicros, long number, String client, String path, @Nullable JsonObject body) {
        JsonObject said = body == null ? new JsonObject() : body;
        String who = said.getString("clientId", client);
        if (path.startsWith(ApiPaths.STATUS)) {
            String name = decoded(path.substring(ApiPaths.STATUS.length()));
            return plain(atMicros, number, client, Verb.STATUS, List.of(Claim.exclusive(name)), 0, 0);
        }
        if (path.startsWith(ApiPaths.VALIDATE)) {
            String[] parts = path.substring(ApiPaths.VALIDATE.length()).split("\\?fencingToken=", 2);
            List<Claim> claim = List.of(Claim.exclusive(decoded(parts[0])));
            return plain(atMicros, number, client, Verb.VALIDATE, claim, 0, Long.parseLong(parts[1]));
        }
        Verb verb = VERBS.get(path);
        if (verb == null) {
            return null;
        }
        return new Call(
                atMicros,
                number,
                who,
                verb,
                claims(said),
                hash(said, "lockToken"),
                hash(said, "requestId"),
                hash(said, "sessionId"),
                0,
                0,
                micros(said, "ttlMs"),
                waitMicros(said),
                micros(said, "lockDelayMs"),
                said.containsKey("graceMs") ? micros(said, "graceMs") : Call.WHOLE_LEASE);
    }

    static Call plain(
            long atMicros, long number, String client, Verb verb, List<Claim> claims, long value, long fence) {
        return new Call(atMicros, number, client, verb, claims, 0, 0, 0, fence, value, 0, 0, 0, 0);
    }

    /** What came back for a call. */
    static Answer answer(long atMicros, long number, Verb verb, int httpCode, @Nullable String body) {
        JsonObject said = parsed(body);
        if (said == null) {
            return lost(atMicros, number);
        }
        if (verb == Verb.STATUS || verb == Verb.VALIDATE) {
            return httpCode == 200 ? looked(atMicros, number, verb, said) : lost(atMicros, number);
        }
        String status = said.getString("status", "");
        if (status.isEmpty() || status.equals("Unknown")) {
            return lost(atMicros, number);
        }
        boolean done = said.getBoolean("success", false);
        return new Answer(
                atMicros,
                number,
                done ? Outcome.OK : Outcome.REFUSED,
                done ? "" : status,
                verb == Verb.ACQUIRE ? hash(said, "lockToken") : 0,
                said.getLong("fencingToken", 0L),
                micros(said, "ttlMs"),
                micros(said, "remainingMs"),
                micros(said, "waitedMs"),
                said.getLong("ticket", 0L),
                said.containsKey("holders") ? fences(said.getJsonArray("holders")) : null,
                0,
                null);
    }

    static Answer lost(long atMicros, long number) {
        return new Answer(atMicros, number, Outcome.UNKNOWN, "", 0, 0, 0, 0, 0, 0, null, 0, null);
    }

    static Answer refused(long atMicros, long number, String status) {
        return new Answer(atMicros, number, Outcome.REFUSED, status, 0, 0, 0, 0, 0, 0, null, 0, null);
    }

    static Answer ok(long atMicros, long number) {
        return new Answer(atMicros, number, Outcome.OK, "", 0, 0, 0, 0, 0, 0, null, 0, null);
    }

    private static Answer looked(long atMicros, long number, Verb verb, JsonObject said) {
        boolean isStatus = verb == Verb.STATUS;
        // An exclusive holder is told by name only: which hold it is stays open.
        boolean tells = isStatus && (said.containsKey("holders") || !said.getBoolean("isLocked", true));
        List<Long> holders = tells ? fences(said.getJsonArray("holders", new JsonArray())) : null;
        return new Answer(
                atMicros,
                number,
                Outcome.OK,
                "",
                0,
                isStatus ? 0 : said.getLong("fencingToken", 0L),
                0,
                0,
                0,
                0,
                holders,
                said.getLong("lastFencingToken", 0L),
                isStatus ? null : said.getBoolean("current"));
    }

    /** The kind of an event on the wire; null for one that histories do not have. */
    static @Nullable JournalKind journalKind(String event) {
        return switch (event) {
            case "granted" -> JournalKind.GRANTED;
            case "released" -> JournalKind.RELEASED;
            case "expired" -> JournalKind.EXPIRED;
            case "broken" -> JournalKind.BROKEN;
            case "cancelled" -> JournalKind.CANCELLED;
            case "sessionClosed" -> JournalKind.SESSION_CLOSED;
            default -> null;
        };
    }

    static @Nullable JsonObject parsed(@Nullable String body) {
        try {
            return body == null || body.isEmpty() ? null : new JsonObject(body);
        } catch (DecodeException e) {
            return null;
        }
    }

    private static String decoded(String segment) {
        return URLDecoder.decode(segment, StandardCharsets.UTF_8);
    }

    private static List<Claim> claims(JsonObject said) {
        List<Claim> claims = new ArrayList<>();
        if (said.containsKey("resources")) {
            for (Object each : said.getJsonArray("resources")) {
                claims.add(claim((JsonObject) each));
            }
        } else if (said.containsKey("resourceName")) {
            claims.add(claim(said));
        }
        return List.copyOf(claims);
    }

    private static Claim claim(JsonObject said) {
        String name = said.getString("resourceName");
        if (said.getInteger("permits") != null) {
            return Claim.permits(name, said.getInteger("permits"), said.getInteger("limit"));
        }
        return "shared".equals(said.getString("mode")) ? Claim.shared(name) : Claim.exclusive(name);
    }

    private static List<Long> fences(JsonArray holders) {
        List<Long> fences = new ArrayList<>();
        for (Object each : holders) {
            fences.add(((JsonObject) each).getLong("fencingToken"));
        }
        return List.copyOf(fences);
    }

    /** What the server allows, if that is less than was asked. */
    private static long waitMicros(JsonObject said) {
        long asked = micros(said, "waitMs");
        long ttl = micros(said, "ttlMs");
        return ttl == 0 ? asked : Math.min(asked, ttl * ProtocolLimits.MAX_WAIT_PER_TTL);
    }

    private static long hash(JsonObject said, String key) {
        String secret = said.getString(key);
        return secret == null ? 0 : HistoryWriter.hashOf(secret);
    }

    private static long micros(JsonObject said, String key) {
        Long millis = said.getLong(key);
        return millis == null ? 0 : millis * 1000;
    }
}
