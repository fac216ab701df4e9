package io.holdfast.verification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * {@code docs/openapi.yaml} and as much of JSON Schema as it uses. A keyword it does not know is an error, so that nothing
 * in the document looks checked and is not. Written here because a validator library is more than this test needs.
 */
final class OpenApi {
    private static final Set<String> SAYS_NOTHING_OF_VALUES = Set.of("description", "format", "default");

    private final JsonNode root;

    private OpenApi(JsonNode root) {
        this.root = root;
    }

    static OpenApi read(Path file) throws IOException {
        return new OpenApi(new YAMLMapper().readTree(file.toFile()));
    }

    JsonNode root() {
        return root;
    }

    /** The node itself, or what it refers to. */
    JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? resolve(root.at(node.get("$ref").textValue().substring(1))) : node;
    }

    /** The schema of the JSON in a request body or a response. */
    JsonNode schemaOf(JsonNode content) {
        return resolve(resolve(content).at("/content/application~1json/schema"));
    }

    /** Every {@code status} a schema allows. */
    Set<String> statuses(JsonNode schema) {
        Set<String> statuses = new TreeSet<>();
        JsonNode resolved = resolve(schema);
        resolved.path("oneOf").forEach(branch -> statuses.addAll(statuses(branch)));
        resolved.at("/properties/status/enum").forEach(status -> statuses.add(status.textValue()));
        return statuses;
    }

    /** What is wrong with a value; empty when nothing is. */
    List<String> violations(JsonNode schema, JsonNode value) {
        List<String> found = new ArrayList<>();
        check(schema, value, "$", found);
        return found;
    }

    private void check(JsonNode unresolved, JsonNode value, String at, List<String> found) {
        JsonNode schema = resolve(unresolved);
        if (schema.isMissingNode() || schema.isEmpty()) {
            found.add(at + ": no schema at " + unresolved);
        }
        for (Map.Entry<String, JsonNode> rule : schema.properties()) {
            JsonNode wanted = rule.getValue();
            boolean met =
                    switch (rule.getKey()) {
                        case "type" -> isOfType(value, wanted.textValue());
                        case "enum" -> contains(wanted, value);
                        case "pattern" ->
                            Pattern.compile(wanted.textValue())
                                    .matcher(value.textValue())
                                    .find();
                        case "minimum" -> value.longValue() >= wanted.longValue();
                        case "maximum" -> value.longValue() <= wanted.longValue();
                        case "minLength" -> value.textValue().length() >= wanted.intValue();
                        case "maxLength" -> value.textValue().length() <= wanted.intValue();
                        case "minItems" -> value.size() >= wanted.intValue();
                        case "maxItems" -> value.size() <= wanted.intValue();
                        case "required" -> hasAll(value, wanted);
                        case "oneOf" -> matching(wanted, value) == 1;
                        case "items" -> checkItems(wanted, value, at, found);
                        case "properties" -> checkProperties(wanted, value, at, found);
                        case "additionalProperties" ->
                            checkAdditional(wanted, schema.path("properties"), value, at, found);
                        default -> SAYS_NOTHING_OF_VALUES.contains(rule.getKey());
                    };
            if (!met) {
                found.add(at + ": " + value + " breaks " + rule.getKey() + " " + wanted);
            }
        }
    }

    private static boolean isOfType(JsonNode value, String type) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            default -> false;
        };
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        for (JsonNode one : values) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasAll(JsonNode value, JsonNode names) {
        for (JsonNode name : names) {
            if (!value.has(name.textValue())) {
                return false;
            }
        }
        return true;
    }

    private int matching(JsonNode branches, JsonNode value) {
        int matching = 0;
        for (JsonNode branch : branches) {
            matching += violations(branch, value).isEmpty() ? 1 : 0;
        }
        return matching;
    }

    private boolean checkItems(JsonNode schema, JsonNode value, String at, List<String> found) {
        for (int i = 0; i < value.size(); i++) {
            check(schema, value.get(i), at + "[" + i + "]", found);
        }
        return true;
    }

    private boolean checkProperties(JsonNode schemas, JsonNode value, String at, List<String> found) {
        for (Map.Entry<String, JsonNode> property : schemas.properties()) {
            if (value.has(property.getKey())) {
                check(property.getValue(), value.get(property.getKey()), at + "." + property.getKey(), found);
            }
        }
        return true;
    }

    private boolean checkAdditional(JsonNode rule, JsonNode known, JsonNode value, String at, List<String> found) {
        for (Iterator<String> names = value.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (known.has(name)) {
                continue;
            }
            if (rule.isBoolean()) {
                found.add(at + ": " + name + " is not documented");
            } else {
                check(rule, value.get(name), at + "." + name, found);
            }
        }
        return true;
    }
}
