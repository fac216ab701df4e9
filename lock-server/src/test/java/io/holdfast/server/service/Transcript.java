package io.holdfast.server.service;

import io.holdfast.protocol.AcquireAllRequest;
import io.holdfast.protocol.AcquireRequest;
import io.holdfast.protocol.AcquireTerms;
import io.holdfast.protocol.BreakRequest;
import io.holdfast.protocol.CancelRequest;
import io.holdfast.protocol.HealthAnswer;
import io.holdfast.protocol.HolderView;
import io.holdfast.protocol.ListAnswer;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LockMode;
import io.holdfast.protocol.ResourceClaim;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpenRequest;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.protocol.SessionRequest;
import io.holdfast.protocol.StatusAnswer;
import io.holdfast.server.core.Token;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A script of commands and what the service said to each. A line is a command, a comment ({@code #}), blank, or output
 * ({@code >}). Tokens are called t1, t2, … in the order they were granted, sessions s1, s2, …; fencing tokens count from 1.
 */
final class Transcript {
    private final VirtualServer server = new VirtualServer();
    private final Map<String, VirtualCaller> callers = new HashMap<>();
    private final Map<String, VirtualListener> sinks = new HashMap<>();
    private final Map<String, Listener> listeners = new HashMap<>();
    private final Map<String, String> tokens = new LinkedHashMap<>();
    private final Map<String, String> sessions = new HashMap<>();
    private final StringBuilder out = new StringBuilder();

    /** Plays the commands of a transcript and returns it with the output they really have. */
    String play(String script) {
        script.lines().filter(line -> !line.startsWith(">")).forEach(line -> {
            out.append(line).append('\n');
            if (!line.isBlank() && !line.startsWith("#")) {
                run(line.trim().split(" +", -1));
                server.tellEvents();
            }
        });
        return out.toString();
    }

    /** See {@link VirtualServer#checkReplay}. */
    void checkReplay(String context) {
        server.checkReplay(context);
    }

    private void run(String[] words) {
        switch (words[0]) {
            case "acquire" -> acquire(words);
            case "all" -> acquireAll(words);
            case "cancel" -> cancel(words);
            case "open" -> open(words);
            case "beat" -> beat(words);
            case "close" -> say(show(server.service().closeSession(new SessionRequest(session(words[1]), null))));
            case "break" -> breakHolds(words);
            case "listen" -> listen(words);
            case "leave" -> listener(words[1]).leave();
            case "fill" -> sink(words[1]).fill(true);
            case "empty" -> empty(words[1]);
            case "end" -> server.service().events().end();
            case "gone" -> caller(words[1]).disconnect();
            case "cut" -> caller(words[1]).disconnectSilently();
            case "list" -> list(words);
            case "validate" ->
                say(server.service()
                        .validate(words[1], Long.parseLong(words[2]))
                        .toString());
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
            case "durable" -> server.makeDurable();
            case "disk" -> disk(words[1]);
            default -> throw new IllegalArgumentException("no such command: " + words[0]);
        }
    }

    private void acquire(String[] words) {
        VirtualCaller caller = caller(words);
        if (option(words, "cut") != null) {
            caller.disconnectSilently();
        }
        server.service().acquire(new AcquireRequest(claim(words[1], words), terms(words)), caller);
        tellIfWaiting(caller);
    }

    /** {@code all a,b:shared,c:2/5 by=...}. */
    private void acquireAll(String[] words) {
        VirtualCaller caller = caller(words);
        List<ResourceClaim> claims = Arrays.stream(words[1].split(",", -1))
                .map(text -> text.split(":", 2))
                .map(part -> claim(part[0], part.length == 1 ? new String[0] : new String[] {kind(part[1])}))
                .toList();
        server.service().acquireAll(new AcquireAllRequest(claims, terms(words)), caller);
        tellIfWaiting(caller);
    }

    private static String kind(String text) {
        return (text.contains("/") ? "permits=" : "mode=") + text;
    }

    private VirtualCaller caller(String name) {
        return Objects.requireNonNull(callers.get(name));
    }

    /** Asynchronous answers are printed when they come, under the name given with {@code as=}. */
    private VirtualCaller caller(String[] words) {
        String name = option(words, "as");
        String label = name == null ? "" : name + ": ";
        VirtualCaller caller = new VirtualCaller(answer -> say(label + show(answer)));
        if (name != null) {
            callers.put(name, caller);
        }
        return caller;
    }

    private void tellIfWaiting(VirtualCaller caller) {
        if (!caller.isAnswered()) {
            say("(waits)");
        }
    }

    private static ResourceClaim claim(String name, String[] words) {
        String permits = option(words, "permits");
        if (permits != null) {
            String[] numbers = permits.split("/", 2);
            return ResourceClaim.permits(name, Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
        }
        boolean shared = "shared".equals(option(words, "mode"));
        return ResourceClaim.of(name, shared ? LockMode.SHARED : LockMode.EXCLUSIVE);
    }

    private AcquireTerms terms(String[] words) {
        String ttl = option(words, "ttl");
        String wait = option(words, "wait");
        String delay = option(words, "delay");
        String note = option(words, "note");
        return new AcquireTerms(
                option(words, "by"),
                ttl == null ? null : (Long) millis(ttl),
                wait == null ? 0 : millis(wait),
                option(words, "id"),
                option(words, "in") == null ? null : session(Objects.requireNonNull(option(words, "in"))),
                delay == null ? 0 : millis(delay),
                note == null ? Map.of() : Map.of("note", note));
    }

    private void cancel(String[] words) {
        String client = Objects.requireNonNull(option(words, "by"));
        String id = Objects.requireNonNull(option(words, "id"));
        say(show(server.service().cancel(new CancelRequest(words[1], client, id))));
    }

    private void open(String[] words) {
        String ttl = option(words, "ttl");
        String note = option(words, "note");
        server.service()
                .openSession(
                        new SessionOpenRequest(
                                Objects.requireNonNull(option(words, "by")),
                                ttl == null ? null : (Long) millis(ttl),
                                note == null ? Map.of() : Map.of("note", note)),
                        this::opened,
                        refusal -> say(show(refusal)));
    }

    private void opened(SessionOpened answer) {
        String name = "s" + (sessions.size() + 1);
        sessions.put(name, answer.sessionId());
        say("Opened session=" + name + " ttl=" + answer.ttlMs() + " remaining=" + answer.remainingMs());
    }

    private void beat(String[] words) {
        String acknowledged = option(words, "ack");
        SessionBeaten answer = server.service()
                .heartbeat(new SessionRequest(
                        session(words[1]), acknowledged == null ? null : (Long) Long.parseLong(acknowledged)));
        if (answer == null) {
            say(show(LockService.sessionNotFound()));
            return;
        }
        StringBuilder line = new StringBuilder("HeartbeatReceived remaining=" + answer.remainingMs());
        append(line, "seq", answer.seq());
        append(line, "lost", answer.lost().isEmpty() ? null : answer.lost());
        append(line, "wanted", answer.wanted().isEmpty() ? null : answer.wanted());
        append(line, "draining", answer.draining() ? true : null);
        say(line.toString());
    }

    /** The session of that name, or one that was never opened. */
    private String session(String name) {
        return sessions.getOrDefault(name, new Token(-1, -1).toHex());
    }

    /** Answers right away, or when the disk lets it. */
    private void breakHolds(String[] words) {
        String grace = option(words, "grace");
        server.service()
                .breakHolds(
                        new BreakRequest(
                                words[1], option(words, "reason"), grace == null ? null : (Long) millis(grace)),
                        caller(words));
    }

    /** {@code listen NAME prefix=a/ from=7}. */
    private void listen(String[] words) {
        VirtualListener sink = new VirtualListener(line -> say(words[1] + ": " + line));
        String prefix = option(words, "prefix");
        Listener listener = server.service().events().listen(sink, prefix == null ? "" : prefix, option(words, "from"));
        if (listener == null) {
            say("(too many)");
        } else {
            sinks.put(words[1], sink);
            listeners.put(words[1], listener);
        }
    }

    private Listener listener(String name) {
        return Objects.requireNonNull(listeners.get(name));
    }

    private VirtualListener sink(String name) {
        return Objects.requireNonNull(sinks.get(name));
    }

    private void empty(String name) {
        sink(name).fill(false);
        listener(name).ready();
    }

    private void list(String[] words) {
        String limit = option(words, "limit");
        String prefix = option(words, "prefix");
        server.service()
                .list(
                        prefix == null ? "" : prefix,
                        option(words, "after"),
                        limit == null ? 100 : Integer.parseInt(limit),
                        answer -> {
                            answer.resources().forEach(entry -> say(show(entry)));
                            say(answer.next() == null ? "(end)" : "(next " + answer.next() + ")");
                        });
    }

    private static String show(ListAnswer.Entry entry) {
        return entry.resourceName() + " " + entry.mode() + " holders="
                + entry.holders().stream().map(Transcript::show).toList() + " queue=" + entry.queueLength();
    }

    private static String show(HolderView holder) {
        StringBuilder text = new StringBuilder(Objects.requireNonNullElse(holder.clientId(), "-"));
        text.append('#').append(holder.fencingToken()).append(' ').append(holder.mode());
        append(text, "left", holder.remainingMs());
        if (!holder.metadata().isEmpty()) {
            append(text, "metadata", holder.metadata());
        }
        return text.toString();
    }

    private void disk(String what) {
        if (what.equals("hold")) {
            server.holdDisk();
        } else {
            server.releaseDisk(what.equals("go"));
        }
    }

    private String showStatus(String resourceName) {
        LockAnswer refusal = server.service().refusalToTell();
        return refusal != null ? show(refusal) : show(server.service().status(resourceName));
    }

    private void say(String line) {
        out.append("> ").append(line).append('\n');
    }

    private String show(LockAnswer answer) {
        StringBuilder line = new StringBuilder(answer.status().wireName());
        append(line, "token", answer.lockToken() == null ? null : name(answer.lockToken()));
        append(line, "fence", answer.fencingToken());
        append(line, "ttl", answer.ttlMs());
        append(line, "remaining", answer.remainingMs());
        append(line, "waited", answer.waitedMs() == null || answer.waitedMs() == 0 ? null : answer.waitedMs());
        append(line, "id", answer.requestId());
        append(line, "ticket", answer.ticket());
        append(line, "position", answer.position());
        if (answer.holders() != null) {
            append(
                    line,
                    "holders",
                    answer.holders().stream().map(Transcript::show).toList());
        }
        append(line, "queue", answer.queueLength());
        append(line, "retryAfter", answer.retryAfterMs());
        append(line, "reason", answer.reason());
        append(line, "breakReason", answer.breakReason());
        append(line, "grace", answer.graceMs());
        append(line, "exclusionGivenUp", answer.exclusionGivenUp());
        return line.toString();
    }

    private static String show(StatusAnswer answer) {
        StringBuilder line = new StringBuilder(answer.isLocked() ? "locked" : "free");
        append(line, "by", answer.clientId());
        append(line, "acquiredAt", answer.acquiredAt());
        append(line, "lastHeartbeat", answer.lastHeartbeat());
        append(line, "mode", answer.mode());
        if (!answer.holders().isEmpty()) {
            append(
                    line,
                    "holders",
                    answer.holders().stream().map(Transcript::show).toList());
        }
        append(line, "queue", answer.queueLength());
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

    /** The token of that name, or one that was never given out. */
    private String hex(String name) {
        boolean plain = name.matches("t\\d+");
        return plain ? tokens.getOrDefault(name, new Token(-1, -1).toHex()) : name;
    }

    private String name(String hex) {
        for (Map.Entry<String, String> known : tokens.entrySet()) {
            if (known.getValue().equals(hex)) {
                return known.getKey();
            }
        }
        String name = "t" + (tokens.size() + 1);
        tokens.put(name, hex);
        return name;
    }
}
