package io.holdfast.server.http;

import io.holdfast.protocol.InvalidRequestException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** The parameters behind the question mark of one request. */
final class QueryParameters {
    private final MultiMap parameters;

    QueryParameters(HttpServerRequest request) throws InvalidRequestException {
        try {
            parameters = request.params();
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("The query has a broken percent escape");
        }
    }

    @Nullable
    String text(String name) {
        return parameters.get(name);
    }

    long number(String name, long defaultValue, long min, long max) throws InvalidRequestException {
        return parameters.contains(name) ? requiredNumber(name, min, max) : defaultValue;
    }

    long requiredNumber(String name, long min, long max) throws InvalidRequestException {
        String text = parameters.get(name);
        if (text == null) {
            throw new InvalidRequestException(name + " is missing");
        }
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // falls through to the one message
        }
        throw new InvalidRequestException(name + " must be a whole number between " + min + " and " + max);
    }
}
