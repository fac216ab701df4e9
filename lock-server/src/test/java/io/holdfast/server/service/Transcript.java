package io.holdfast.server.service;

import io.holdfast.protocol.HealthAnswer;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.StatusAnswer;
import io.holdfast.server.core.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A script of commands and what the service said to each. A line is a command, a comment ({@code #}), blank, or output
 * ({@code >}). Tokens are called t1, t2, … in the order they were drawn; fencing tokens count from 1.
 */
final class Transcript {
    private final VirtualServer server = new VirtualServer();
    private final List<List<LockAnswer>> pending = new ArrayList<>();
    private final StringBuilder out = new StringBuilder();

    /** Plays the commands of a transcript and returns it with the output they really have. */
    String play(String script) {
        script.lines().filter(line -> !line.startsWith(">")).forEach(line -> {
            out.append(line).append('\n');
            if (!line.isBlank() && !line.startsWith("#")) {
                run(line.trim().split(" +", -1));
            }
        });
        return out.toString();
    }

    private void run(String[] words) {
        switch (words[0]) {
            case "acquire" -> acquire(words);
            case "heartbeat" -> say(show(server.heartbeat(words[1], hex(words[2]))));
            case "release" -> say(show(server.release(words[1], hex(words[2]))));
            case "status" -> say(showStatus(words[1]));
            case "ready" -> say(show(server.service().readiness()));
            case "advance" -> server.advance(millis(words[1]));
            case "stall" -> server.stall(millis(words[1]));
            case "tick" -> server.tick();
            case "wall" -> server.jumpWallClock(millis(words[1]));
            case "drain" -> server.service().drain();
            case "stop" -> server.stop();
            case "start" -> server.start();
            case "disk" -> disk(words[1]);
            default -> throw new IllegalArgumentException("no such command: " + words[0]);
        }
    }

    private void acquire(String[] words) {
        String ttl = option(words, "ttl");
        List<LockAnswer> answers =
                server.acquire(words[1], option(words, "by"), ttl == null ? null : (Long) millis(ttl));
        if (answers.isEmpty()) {
            pending.add(answers);
            say("(no answer yet)");
        } else {
            say(show(answers.get(0)));
        }
    }

    private void disk(String what) {
        if (what.equals("hold")) {
            server.holdDisk();
            return;
        }
        server.releaseDisk(what.equals("go"));
        pending.forEach(answers -> say(show(answers.get(0))));
        pending.clear();
    }

    private String showStatus(String resourceName) {
        LockAnswer refusal = server.service().refusalToTell();
        return refusal != null ? show(refusal) : show(server.service().status(resourceName));
    }

    private void say(String line) {
        out.append("> ").append(line).append('\n');
    }

    private static String show(LockAnswer answer) {
        StringBuilder line = new StringBuilder(answer.status().wireName());
        append(line, "token", answer.lockToken() == null ? null : name(answer.lockToken()));
        append(line, "fence", answer.fencingToken());
        append(line, "ttl", answer.ttlMs());
        append(line, "remaining", answer.remainingMs());
        append(line, "retryAfter", answer.retryAfterMs());
        append(line, "reason", answer.reason());
        return line.toString();
    }

    private static String show(StatusAnswer answer) {
        StringBuilder line = new StringBuilder(answer.isLocked() ? "locked" : "free");
        append(line, "by", answer.clientId());
        append(line, "acquiredAt", answer.acquiredAt());
        append(line, "lastHeartbeat", answer.lastHeartbeat());
        return line.toString();
    }

    private static String show(HealthAnswer answer) {
        return answer.up() ? "UP" : "DOWN " + answer.reason();
    }

    private static void append(StringBuilder line, String name, @Nullable Object value) {
        if (value != null) {
            line.append(' ').append(name).append('=').append(value);
        }
    }

    private static @Nullable String option(String[] words, String name) {
        return Arrays.stream(words)
                .filter(word -> word.startsWith(name + "="))
                .map(word -> word.substring(name.length() + 1))
                .findFirst()
                .orElse(null);
    }

    /** {@code 250ms}, {@code 45s} or {@code -1h}. */
    private static long millis(String text) {
        String number = text.replaceAll("[a-z]+$", "");
        long unit =
                switch (text.substring(number.length())) {
                    case "ms" -> 1;
                    case "s" -> 1_000;
                    case "h" -> 3_600_000;
                    default -> throw new IllegalArgumentException("no such duration: " + text);
                };
        return Long.parseLong(number) * unit;
    }

    private static String hex(String name) {
        return name.matches("t\\d+") ? new Token(0, Long.parseLong(name.substring(1))).toHex() : name;
    }

    private static String name(String hex) {
        return "t" + Long.parseLong(hex, 16);
    }
}
