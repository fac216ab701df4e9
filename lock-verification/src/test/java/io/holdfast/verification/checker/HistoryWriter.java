package io.holdfast.verification.checker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes a history, a line per event. Each line reaches the given writer in one call, so lines of a process that is
 * killed are whole up to the last one if that writer hands them on at once. Belongs to one thread. Throws
 * {@link UncheckedIOException} when the writer fails; what was written before can still be read.
 */
public final class HistoryWriter implements HistorySink {
    static final String HEADER = "holdfast-history 1";

    private final Writer out;
    private final StringBuilder line = new StringBuilder(160);

    /** Writes the header. {@code process} is for the reader's eye. */
    public HistoryWriter(Writer out, String process) {
        this.out = out;
        line.append(HEADER).append(" process=").append(Words.encoded(process));
        end();
    }

    @Override
    public void called(HistoryEvent.Call call) {
        begin(call.atMicros(), "call").append(' ').append(call.number());
        word(call.client()).append(' ').append(call.verb().word()).append(' ');
        line.append(call.claims().isEmpty() ? "-" : claims(call.claims()));
        hash("token", call.token());
        hash("request", call.request());
        hash("session", call.session());
        number("fence", call.fence());
        number("value", call.value());
        time("ttl", call.ttlMicros());
        time("wait", call.waitMicros());
        time("delay", call.delayMicros());
        if (call.verb() == Verb.BREAK && call.graceMicros() != HistoryEvent.Call.WHOLE_LEASE) {
            line.append(" grace=").append(Words.time(call.graceMicros()));
        }
        end();
    }

    @Override
    public void answered(HistoryEvent.Answer answer) {
        begin(answer.atMicros(), answer.outcome().word()).append(' ').append(answer.number());
        if (answer.outcome() == HistoryEvent.Outcome.REFUSED) {
            word(answer.status());
        }
        hash("token", answer.token());
        number("fence", answer.fence());
        time("ttl", answer.ttlMicros());
        time("left", answer.remainingMicros());
        time("waited", answer.waitedMicros());
        number("ticket", answer.ticket());
        List<Long> holders = answer.holders();
        if (holders != null) {
            line.append(" holders=");
            line.append(
                    holders.isEmpty()
                            ? "-"
                            : holders.stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        number("last", answer.last());
        if (answer.isCurrent() != null) {
            line.append(" current=").append(answer.isCurrent() ? "yes" : "no");
        }
        end();
    }

    @Override
    public void believed(HistoryEvent.Belief belief) {
        begin(belief.atMicros(), belief.isOver() ? "unbelieve" : "believe");
        word(belief.client()).append(' ').append(claims(List.of(belief.claim())));
        line.append(' ').append(belief.fence());
        time("until", belief.untilMicros());
        end();
    }

    @Override
    public void stored(HistoryEvent.Stored stored) {
        begin(stored.atMicros(), "stored");
        word(stored.resource()).append(' ').append(stored.value());
        number("fence", stored.fence());
        end();
    }

    @Override
    public void fault(HistoryEvent.Fault fault) {
        begin(fault.atMicros(), "fault").append(' ').append(fault.number());
        word(fault.phase().word());
        if (fault.phase() != HistoryEvent.FaultPhase.END) {
            word(fault.kind());
            word(fault.target());
        }
        end();
    }

    @Override
    public void outage(HistoryEvent.Outage outage) {
        begin(outage.atMicros(), outage.isUp() ? "up" : "down");
        word(outage.server());
        if (!outage.isUp()) {
            word(outage.forgets() ? "forgets" : "keeps");
        }
        end();
    }

    @Override
    public void journaled(HistoryEvent.Journal entry) {
        begin(entry.atMicros(), "event");
        word(entry.server()).append(' ').append(entry.sequence());
        word(entry.kind().word());
        word(entry.resource());
        text("client", entry.client());
        hash("request", entry.request());
        number("fence", entry.fence());
        number("ticket", entry.ticket());
        text("reason", entry.reason());
        end();
    }

    private StringBuilder begin(long atMicros, String kind) {
        return line.append(Words.time(atMicros)).append(' ').append(kind);
    }

    private StringBuilder word(String word) {
        return line.append(' ').append(word.isEmpty() ? "-" : Words.encoded(word));
    }

    private void text(String key, String value) {
        if (!value.isEmpty()) {
            line.append(' ').append(key).append('=').append(Words.encoded(value));
        }
    }

    private void hash(String key, long value) {
        if (value != 0) {
            line.append(' ').append(key).append('=').append(Long.toHexString(value));
        }
    }

    private void number(String key, long value) {
        if (value != 0) {
            line.append(' ').append(key).append('=').append(value);
        }
    }

    private void time(String key, long micros) {
        if (micros != 0) {
            line.append(' ').append(key).append('=').append(Words.time(micros));
        }
    }

    private static String claims(List<Claim> claims) {
        return claims.stream().map(Words::claim).collect(Collectors.joining(","));
    }

    private void end() {
        try {
            out.append(line.append('\n'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            line.setLength(0);
        }
    }

    /** The 64 bits of a secret that may be written: enough to tell secrets apart, useless for asking the server. */
    public static long hashOf(String secret) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : secret.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b) * 0x100000001b3L;
        }
        hash ^= hash >>> 32;
        hash *= 0xd6e8feb86659fd93L;
        hash ^= hash >>> 32;
        return hash == 0 ? 1 : hash;
    }
}
