package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer to {@code POST /api/session/heartbeat} of a session that lives; a refusal is a {@link LockAnswer}. Immutable.
 *
 * @param remainingMs what is left of the session, in milliseconds
 * @param seq the number of the newest loss in {@code lost}, to be acknowledged by the next heartbeat
 * @param lost what the session lost and has not acknowledged, the oldest first; at most
 *     {@link ProtocolLimits#MAX_SESSION_NEWS}, more follow when these are acknowledged
 * @param wanted names of what the session holds and others wait for; at most as many
 * @param draining whether the server is stopping
 */
public record SessionBeaten(long remainingMs, long seq, List<LostLock> lost, List<String> wanted, boolean draining) {

    /** The answer as JSON. */
    public byte[] toJson() {
        return Json.object(json -> {
            json.writeBooleanField("success", true);
            json.writeStringField("status", Status.HEARTBEAT_RECEIVED.wireName());
            json.writeStringField("message", "Heartbeat received successfully");
            json.writeNumberField("remainingMs", remainingMs);
            json.writeNumberField("seq", seq);
            json.writeArrayFieldStart("lost");
            for (LostLock lock : lost) {
                lock.writeTo(json);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("wanted");
            for (String name : wanted) {
                json.writeString(name);
            }
            json.writeEndArray();
            json.writeBooleanField("draining", draining);
        });
    }

    /**
     * Reads an answer of status {@link Status#HEARTBEAT_RECEIVED}.
     *
     * @throws IOException if it is no answer of this protocol: whether the session was renewed is unknown
     */
    public static SessionBeaten read(byte[] body) throws IOException {
        Long remainingMs = null;
        long seq = 0;
        List<LostLock> lost = new ArrayList<>();
        List<String> wanted = new ArrayList<>();
        boolean draining = false;
        try (JsonParser parser = Json.FACTORY.createParser(body)) {
            require(parser.nextToken() == JsonToken.START_OBJECT);
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                switch (name) {
                    case "remainingMs" -> remainingMs = parser.getLongValue();
                    case "seq" -> seq = parser.getLongValue();
                    case "lost" -> readLost(parser, lost);
                    case "wanted" -> readWanted(parser, wanted);
                    case "draining" -> draining = parser.getBooleanValue();
                    default -> parser.skipChildren();
                }
            }
        }
        if (remainingMs == null) {
            throw new IOException("the answer does not say what is left of the session");
        }
        return new SessionBeaten(remainingMs, seq, List.copyOf(lost), List.copyOf(wanted), draining);
    }

    private static void readLost(JsonParser parser, List<LostLock> lost) throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY);
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            lost.add(LostLock.read(parser));
        }
    }

    private static void readWanted(JsonParser parser, List<String> wanted) throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY);
        while (parser.nextToken() == JsonToken.VALUE_STRING) {
            wanted.add(parser.getText());
        }
    }

    private static void require(boolean met) throws IOException {
        if (!met) {
            throw new IOException("the answer is none to a session's heartbeat");
        }
    }
}
