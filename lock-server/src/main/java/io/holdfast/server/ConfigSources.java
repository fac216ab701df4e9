package io.holdfast.server;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where configuration comes from: a system property {@code holdfast.defaultTtlMs} wins over an environment variable
 * {@code HOLDFAST_DEFAULT_TTL_MS}, which wins over the property {@code defaultTtlMs} of the {@code --conf} object. Keys
 * nobody reads are refused: a misspelt key must not leave a default in force unnoticed.
 */
final class ConfigSources {
    private static final String PROPERTY_PREFIX = "holdfast.";
    private static final String VARIABLE_PREFIX = "HOLDFAST_";

    private final JsonObject conf;
    private final Map<String, String> environment;
    private final Properties properties;
    private final Set<String> known = new TreeSet<>();

    ConfigSources(JsonObject conf, Map<String, String> environment, Properties properties) {
        this.conf = conf;
        this.environment = environment;
        this.properties = properties;
    }

    String text(String key, String defaultValue) {
        Object value = find(key);
        if (value == null) {
            return defaultValue;
        }
        if (!(value instanceof String text) || text.isBlank()) {
            throw new StartupException(key + " must be a text that is not blank");
        }
        return text;
    }

    long number(String key, long defaultValue, long min, long max) {
        Object value = find(key);
        if (value == null) {
            return defaultValue;
        }
        long number = toNumber(key, value);
        if (number < min || number > max) {
            throw new StartupException(key + " must be between " + min + " and " + max + ", not " + number);
        }
        return number;
    }

    boolean flag(String key, boolean defaultValue) {
        Object value = find(key);
        if (value == null) {
            return defaultValue;
        }
        return switch (value.toString().trim()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new StartupException(key + " must be true or false");
        };
    }

    /** An array, which is JSON where only texts can be given; null if there is none. */
    @Nullable
    JsonArray array(String key) {
        Object value = find(key);
        if (value == null || value instanceof JsonArray) {
            return (JsonArray) value;
        }
        if (value instanceof String text) {
            try {
                return new JsonArray(text);
            } catch (DecodeException e) {
                // falls through to the one message
            }
        }
        throw new StartupException(key + " must be a JSON array");
    }

    /** To be called after the last key was read. */
    void refuseUnknownKeys() {
        for (String key : conf.fieldNames()) {
            refuseUnless(known.contains(key), "configuration key " + key);
        }
        for (String name : properties.stringPropertyNames()) {
            boolean ours = name.startsWith(PROPERTY_PREFIX);
            refuseUnless(!ours || known.contains(name.substring(PROPERTY_PREFIX.length())), "system property " + name);
        }
        for (String name : environment.keySet()) {
            boolean ours = name.startsWith(VARIABLE_PREFIX);
            refuseUnless(
                    !ours || known.stream().anyMatch(key -> variable(key).equals(name)),
                    "environment variable " + name);
        }
    }

    private void refuseUnless(boolean allowed, String what) {
        if (!allowed) {
            throw new StartupException("unknown " + what + "; known keys: " + String.join(", ", known));
        }
    }

    private @Nullable Object find(String key) {
        known.add(key);
        String property = properties.getProperty(PROPERTY_PREFIX + key);
        if (property != null) {
            return property;
        }
        String variable = environment.get(variable(key));
        return variable != null ? variable : conf.getValue(key);
    }

    /** {@code defaultTtlMs} becomes {@code HOLDFAST_DEFAULT_TTL_MS}. */
    static String variable(String key) {
        return VARIABLE_PREFIX + key.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
    }

    private static long toNumber(String key, Object value) {
        if (value instanceof Integer || value instanceof Long) {
            return ((Number) value).longValue();
        }
        if (value instanceof String text) {
            try {
                return Long.parseLong(text.trim());
            } catch (NumberFormatException e) {
                // falls through to the one message
            }
        }
        throw new StartupException(key + " must be a whole number");
    }
}
