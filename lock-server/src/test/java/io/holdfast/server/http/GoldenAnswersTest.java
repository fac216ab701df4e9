package io.holdfast.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.server.RunningServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the server's answers, byte for byte, against the files in {@code src/test/resources/contract}. A file is a
 * sequence of requests and answers divided by {@code ###}: request line, optional header lines, body; then {@code ->}
 * with status code and optional headers, and the expected body. In a body, {@code <token NAME>} matches a token and
 * remembers it for later requests, {@code <number>} and {@code <time>} match what their names say.
 */
final class GoldenAnswersTest {
    private static final Path FOLDER = Path.of("src/test/resources/contract");
    private static final Pattern PLACEHOLDER = Pattern.compile("<(token \\w+|number|time)>");

    @TempDir
    private Path dataDir;

    @TestFactory
    Stream<DynamicTest> answers() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(FOLDER)) {
            files = found.sorted().toList();
        }
        assertFalse(files.isEmpty());
        return files.stream()
                .flatMap(file -> Stream.of(
                        DynamicTest.dynamicTest(
                                file.getFileName().toString(), () -> play(file, "HTTP/1.1", RawHttp::call)),
                        DynamicTest.dynamicTest(
                                file.getFileName() + " over HTTP/2", () -> play(file, "HTTP/2", RawHttp2::call))));
    }

    /** How one request is sent on a connection of its own. */
    @FunctionalInterface
    private interface Client {
        RawHttp.Answer call(int port, String method, String path, String headers, byte[] body) throws IOException;
    }

    private void play(Path file, String version, Client client) throws IOException {
        Map<String, String> tokens = new HashMap<>();
        Path data = dataDir.resolve(version).resolve(file.getFileName());
        try (RunningServer server = RunningServer.start(data, new JsonObject().put("http2", true))) {
            for (String exchange : Files.readString(file).split("(?m)^###.*\n", -1)) {
                if (!exchange.isBlank()) {
                    new Exchange(exchange).check(client, server.port(), tokens);
                }
            }
        }
    }

    private static final class Exchange {
        private final String method;
        private final String path;
        private final String headers;
        private final String body;
        private final String expectedHead;
        private final String expectedBody;

        private Exchange(String text) {
            String[] sides = text.strip().split("(?m)^-> ", 2);
            String[] request = sides[0].strip().split("\n", 2);
            method = request[0].split(" ", 2)[0];
            path = request[0].split(" ", 2)[1];
            String rest = request.length > 1 ? request[1] : "";
            Matcher given = Pattern.compile("\\A((?:[A-Za-z-]+: .*\n?)+)").matcher(rest);
            boolean hasHeaders = given.find();
            headers = hasHeaders
                    ? given.group().strip().replace("\n", "\r\n") + "\r\n"
                    : "Content-Type: application/json\r\n";
            body = hasHeaders ? rest.substring(given.end()).strip() : rest.strip();
            String[] answer = sides[1].split("\n", 2);
            expectedHead = answer[0].strip();
            expectedBody = answer.length > 1 ? answer[1].strip() : "";
        }

        private void check(Client client, int port, Map<String, String> tokens) throws IOException {
            RawHttp.Answer answer =
                    client.call(port, method, path, headers, fill(body, tokens).getBytes(StandardCharsets.UTF_8));
            String[] head = expectedHead.split(" ", 2);
            assertEquals(Integer.parseInt(head[0]), answer.code(), () -> method + " " + path + " " + answer);
            if (head.length > 1) {
                String[] header = head[1].split(": ", 2);
                assertEquals(header[1], answer.header(header[0]), header[0]);
            }
            assertEquals("application/json", answer.header("content-type"));
            match(answer.body(), tokens);
        }

        private void match(String actual, Map<String, String> tokens) {
            StringBuilder regex = new StringBuilder();
            Matcher placeholder = PLACEHOLDER.matcher(expectedBody);
            List<String> names = new ArrayList<>();
            int end = 0;
            while (placeholder.find()) {
                regex.append(Pattern.quote(expectedBody.substring(end, placeholder.start())));
                String kind = placeholder.group(1);
                if (kind.startsWith("token ")) {
                    String name = kind.substring(6);
                    regex.append(tokens.containsKey(name) ? "(" + tokens.get(name) + ")" : "([0-9a-f]{32})");
                    names.add(name);
                } else {
                    regex.append(
                            kind.equals("number") ? "\\d+" : "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
                }
                end = placeholder.end();
            }
            regex.append(Pattern.quote(expectedBody.substring(end)));
            Matcher matcher = Pattern.compile(regex.toString()).matcher(actual);
            assertTrue(matcher.matches(), () -> "expected " + expectedBody + "\n but was " + actual);
            for (int i = 0; i < names.size(); i++) {
                tokens.put(names.get(i), matcher.group(i + 1));
            }
        }

        private static String fill(String text, Map<String, String> tokens) {
            String filled = text;
            for (Map.Entry<String, String> token : tokens.entrySet()) {
                filled = filled.replace("<token " + token.getKey() + ">", token.getValue());
            }
            return filled;
        }
    }
}
