package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;

/**
 * The one JSON set-up. Streaming rather than data binding: a lock request is two short strings, and binding would cost
 * more than deciding it. Thread-safe.
 */
final class Json {
    static final JsonFactory FACTORY = JsonFactory.builder()
            // A parse error must not quote the body: it may hold a lock token.
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(ProtocolLimits.MAX_JSON_DEPTH)
                    .maxNumberLength(32)
                    .build())
            .build();

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Json() {}

    /** A time as it is shown: UTC, always three fraction digits. */
    static String timestamp(Instant time) {
        return TIMESTAMP.format(time);
    }

    /** Setting up a generator costs as much as writing an answer with it, so each thread keeps one. */
    private static final ThreadLocal<Writer> WRITER = ThreadLocal.withInitial(Writer::new);

    static Instant instant(JsonParser parser) throws IOException {
        try {
            return Instant.parse(parser.getText());
        } catch (DateTimeParseException e) {
            throw new IOException("the answer has a malformed time", e);
        }
    }

    static void writeMap(JsonGenerator json, String name, Map<String, String> map) throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, String> entry : map.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    /** Writes one object whose properties come from {@code body}, in its order. */
    static byte[] object(Body body) {
        try {
            return WRITER.get().object(body);
        } catch (IOException e) {
            WRITER.remove(); // it is in the middle of an object
            throw new UncheckedIOException("writing to memory failed", e);
        } catch (RuntimeException e) {
            WRITER.remove();
            throw e;
        }
    }

    private static final class Writer {
        private final ByteArrayBuilder bytes = new ByteArrayBuilder();
        private final JsonGenerator json;

        private Writer() {
            try {
                json = FACTORY.createGenerator(bytes);
                json.setRootValueSeparator(null);
            } catch (IOException e) {
                throw new UncheckedIOException("writing to memory failed", e);
            }
        }

        private byte[] object(Body body) throws IOException {
            bytes.reset();
            json.writeStartObject();
            body.writeTo(json);
            json.writeEndObject();
            json.flush();
            return bytes.toByteArray();
        }
    }

    /** The properties of an object. */
    @FunctionalInterface
    interface Body {
        void writeTo(JsonGenerator json) throws IOException;
    }
}
