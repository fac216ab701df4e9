package io.holdfast.server.log;

import io.holdfast.server.core.AcquireCommand;
import io.holdfast.server.core.Claim;
import io.holdfast.server.core.EndReason;
import io.holdfast.server.core.Mode;
import io.holdfast.server.core.Part;
import io.holdfast.server.core.RequestKey;
import io.holdfast.server.core.Session;
import io.holdfast.server.core.Terms;
import io.holdfast.server.core.Token;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The pieces that commands and snapshots are written in. Enums go by their names. */
final class Fields {
    private Fields() {}

    static void writeText(DataOutput out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    static @Nullable String readText(DataInput in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }

    static void writeToken(DataOutput out, Token token) throws IOException {
        out.writeLong(token.high());
        out.writeLong(token.low());
    }

    static Token readToken(DataInput in) throws IOException {
        return new Token(in.readLong(), in.readLong());
    }

    static void writeReason(DataOutput out, EndReason reason) throws IOException {
        out.writeUTF(reason.name());
    }

    static EndReason readReason(DataInput in) throws IOException {
        return named(EndReason.class, in.readUTF());
    }

    private static <T extends Enum<T>> T named(Class<T> type, String name) {
        try {
            return Enum.valueOf(type, name);
        } catch (IllegalArgumentException e) {
            throw new DamagedLogException("no " + type.getSimpleName() + " is called " + name, e);
        }
    }

    static void writeTerms(DataOutput out, Terms terms) throws IOException {
        out.writeLong(terms.ttlMillis());
        out.writeLong(terms.lockDelayMillis());
        out.writeShort(terms.metadata().size());
        for (Map.Entry<String, String> entry : terms.metadata().entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeUTF(entry.getValue());
        }
    }

    static Terms readTerms(DataInput in, SharedValues shared) throws IOException {
        long ttlMillis = in.readLong();
        long lockDelayMillis = in.readLong();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            metadata.put(in.readUTF(), in.readUTF());
        }
        return shared.terms(ttlMillis, lockDelayMillis, metadata);
    }

    static void writeParts(DataOutput out, List<Part> parts) throws IOException {
        out.writeShort(parts.size());
        for (Part part : parts) {
            out.writeUTF(part.resourceName());
            out.writeUTF(part.claim().mode().name());
            out.writeInt(part.claim().permits());
            out.writeInt(part.claim().limit());
        }
    }

    static List<Part> readParts(DataInput in) throws IOException {
        List<Part> parts = new ArrayList<>();
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            parts.add(new Part(in.readUTF(), readClaim(in)));
        }
        return List.copyOf(parts);
    }

    private static Claim readClaim(DataInput in) throws IOException {
        Mode mode = named(Mode.class, in.readUTF());
        int permits = in.readInt();
        int limit = in.readInt();
        return switch (mode) {
            case EXCLUSIVE -> Claim.EXCLUSIVE;
            case SHARED -> Claim.SHARED;
            case PERMITS -> Claim.permits(permits, limit);
        };
    }

    static void writeKey(DataOutput out, RequestKey key) throws IOException {
        out.writeUTF(key.resourceName());
        out.writeUTF(key.clientId());
        out.writeUTF(key.requestId());
    }

    static RequestKey readKey(DataInput in, SharedValues shared) throws IOException {
        return new RequestKey(in.readUTF(), shared.text(in.readUTF()), in.readUTF());
    }

    static void writeAcquire(DataOutput out, AcquireCommand command) throws IOException {
        Session session = command.session();
        RequestKey request = command.request();
        writeParts(out, command.parts());
        writeText(out, command.clientId());
        out.writeBoolean(session != null);
        if (session != null) {
            writeToken(out, session.id());
        }
        out.writeBoolean(request != null);
        if (request != null) {
            writeKey(out, request);
        }
        writeTerms(out, command.terms());
        writeToken(out, command.token());
        out.writeLong(command.acquiredAtMillis());
    }

    /** Reads an acquire; {@code sessions} knows the session of an id. */
    static AcquireCommand readAcquire(DataInput in, SharedValues shared, Function<Token, Session> sessions)
            throws IOException {
        List<Part> parts = readParts(in);
        String clientId = in.readBoolean() ? shared.text(in.readUTF()) : null;
        Session session = in.readBoolean() ? sessions.apply(readToken(in)) : null;
        RequestKey request = in.readBoolean() ? named(parts, readKey(in, shared)) : null;
        Terms terms = readTerms(in, shared);
        return new AcquireCommand(parts, clientId, session, request, terms, readToken(in), in.readLong());
    }

    /** The key with the name that is in memory already: it is that of a part. */
    private static RequestKey named(List<Part> parts, RequestKey key) {
        for (Part part : parts) {
            if (part.resourceName().equals(key.resourceName())) {
                return new RequestKey(part.resourceName(), key.clientId(), key.requestId());
            }
        }
        return key;
    }
}
