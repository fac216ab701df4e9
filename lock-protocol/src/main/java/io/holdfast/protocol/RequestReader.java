package io.holdfast.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One pass over one request body. Strict where a sloppy reader would make two parties see two different requests: bad
 * UTF-8, trailing data and a property given twice (in any spelling) are refused; unknown properties are skipped and
 * null means absent. Confined to the caller.
 */
final class RequestReader implements AutoCloseable {
    private final JsonParser parser;
    private final RequestRules rules;

    private RequestReader(JsonParser parser, RequestRules rules) {
        this.parser = parser;
        this.rules = rules;
    }

    /** What to do with the properties of a request: read the value of a field, or leave it alone. */
    @FunctionalInterface
    interface Fields {
        void accept(RequestReader in, RequestField field) throws IOException, InvalidRequestException;
    }

    /** Walks the whole body and hands each known, non-null property to {@code fields}. */
    static void read(byte[] body, RequestRules rules, Fields fields) throws InvalidRequestException {
        requireUtf8(body);
        try (RequestReader in = new RequestReader(Json.FACTORY.createParser(body), rules)) {
            in.parser.nextToken();
            in.fields(fields);
            if (in.parser.nextToken() != null) {
                throw new InvalidRequestException("Request body has data after the JSON object");
            }
        } catch (JsonProcessingException e) {
            throw new InvalidRequestException(describe(e));
        } catch (IOException | IllegalStateException e) {
            throw new InvalidRequestException("Request body is not valid JSON");
        }
    }

    /** Walks the object that starts at the current token. */
    void fields(Fields fields) throws IOException, InvalidRequestException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new InvalidRequestException("Request body must be a JSON object");
        }
        Set<RequestField> seen = EnumSet.noneOf(RequestField.class);
        Set<String> seenUnknown = new HashSet<>(0);
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            RequestField field = RequestField.of(name);
            JsonToken value = parser.nextToken();
            if (field == null ? !seenUnknown.add(name) : !seen.add(field)) {
                throw new InvalidRequestException(
                        (field == null ? "A property" : field.wireName()) + " is given twice");
            }
            if (field != null && value != JsonToken.VALUE_NULL) {
                fields.accept(this, field);
            }
            // Whatever was not read, or is nested, is walked to its end: it must be valid JSON all the same.
            parser.skipChildren();
        }
        if (parser.currentToken() != JsonToken.END_OBJECT) {
            throw new InvalidRequestException("Request body is not valid JSON");
        }
    }

    RequestRules rules() {
        return rules;
    }

    /** The current value as a resource name. */
    String name(RequestField field) throws IOException, InvalidRequestException {
        return Names.requireName(field.wireName(), string(field), rules.maxNameBytes());
    }

    /** The current value as text of a name's length that may be blank. */
    String text(RequestField field) throws IOException, InvalidRequestException {
        return Names.requireText(field.wireName(), string(field), rules.maxNameBytes());
    }

    /** The current value as a whole number within the bounds given. */
    long integer(RequestField field, long min, long max) throws IOException, InvalidRequestException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new InvalidRequestException(field.wireName() + " must be a whole number");
        }
        try {
            long value = parser.getLongValue();
            if (value >= min && value <= max) {
                return value;
            }
        } catch (InputCoercionException e) {
            // Too large for a long, so out of range as well.
        }
        throw new InvalidRequestException(field.wireName() + " must be between " + min + " and " + max);
    }

    /** The current value as text of so many characters that may be blank. */
    String shortText(RequestField field, int maxChars) throws IOException, InvalidRequestException {
        String text = Names.requireText(field.wireName(), string(field), 4 * maxChars);
        if (text.length() > maxChars) {
            throw new InvalidRequestException(
                    field.wireName() + " must not be longer than " + maxChars + " characters");
        }
        return text;
    }

    LockMode mode(RequestField field) throws IOException, InvalidRequestException {
        LockMode mode = LockMode.ofWireName(string(field));
        if (mode == null) {
            throw new InvalidRequestException(field.wireName() + " must be exclusive or shared");
        }
        return mode;
    }

    String requestId(RequestField field) throws IOException, InvalidRequestException {
        String id = Names.requireText(field.wireName(), string(field), 4 * ProtocolLimits.MAX_REQUEST_ID_CHARS);
        if (id.length() < ProtocolLimits.MIN_REQUEST_ID_CHARS || id.length() > ProtocolLimits.MAX_REQUEST_ID_CHARS) {
            throw new InvalidRequestException(field.wireName() + " must have " + ProtocolLimits.MIN_REQUEST_ID_CHARS
                    + " to " + ProtocolLimits.MAX_REQUEST_ID_CHARS + " characters");
        }
        return id;
    }

    /** The current value as a flat map of texts, in its order. */
    Map<String, String> metadata(RequestField field) throws IOException, InvalidRequestException {
        requireStrings(field, parser.currentToken() == JsonToken.START_OBJECT);
        Map<String, String> map = new LinkedHashMap<>();
        int bytes = 0;
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            requireStrings(field, parser.nextToken() == JsonToken.VALUE_STRING);
            String value = Names.requireText(field.wireName(), parser.getText(), ProtocolLimits.MAX_METADATA_BYTES);
            Names.requireText(field.wireName(), key, ProtocolLimits.MAX_METADATA_BYTES);
            bytes += key.getBytes(StandardCharsets.UTF_8).length + value.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > ProtocolLimits.MAX_METADATA_BYTES || map.put(key, value) != null) {
                throw new InvalidRequestException(field.wireName() + " must have distinct keys and at most "
                        + ProtocolLimits.MAX_METADATA_BYTES + " bytes");
            }
        }
        return Collections.unmodifiableMap(map);
    }

    private static void requireStrings(RequestField field, boolean met) throws InvalidRequestException {
        if (!met) {
            throw new InvalidRequestException(field.wireName() + " must be an object of strings");
        }
    }

    /** Hands each object of the array that is the current value to {@code item}. */
    void objects(RequestField field, Item item) throws IOException, InvalidRequestException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new InvalidRequestException(field.wireName() + " must be an array of objects");
        }
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token != JsonToken.START_OBJECT) {
                throw new InvalidRequestException(field.wireName() + " must be an array of objects");
            }
            item.read(this);
        }
    }

    /** Reads one object of an array with {@link #fields}. */
    @FunctionalInterface
    interface Item {
        void read(RequestReader in) throws IOException, InvalidRequestException;
    }

    private String string(RequestField field) throws IOException, InvalidRequestException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new InvalidRequestException(field.wireName() + " must be a string");
        }
        return parser.getText();
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    /** For a field that a request cannot do without. */
    static String required(RequestField field, @Nullable String value) throws InvalidRequestException {
        if (value == null) {
            throw new InvalidRequestException(field.wireName() + " is missing");
        }
        return value;
    }

    /** Jackson takes overlong forms, encoded surrogates and UTF-16 by guess; the protocol takes UTF-8. */
    private static void requireUtf8(byte[] body) throws InvalidRequestException {
        boolean ascii = true;
        for (byte b : body) {
            if (b == 0) {
                throw new InvalidRequestException("Request body is not valid JSON in UTF-8");
            }
            ascii &= b > 0;
        }
        if (ascii) {
            return;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException e) {
            throw new InvalidRequestException("Request body is not valid UTF-8");
        }
    }

    private static String describe(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        return "Request body is not valid JSON" + where;
    }
}
