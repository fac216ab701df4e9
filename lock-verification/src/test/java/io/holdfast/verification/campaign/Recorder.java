package io.holdfast.verification.campaign;

import io.holdfast.client.RequestTap;
import io.holdfast.verification.checker.Claim;
import io.holdfast.verification.checker.FencedStore;
import io.holdfast.verification.checker.HistoryEvent.Answer;
import io.holdfast.verification.checker.HistoryEvent.Belief;
import io.holdfast.verification.checker.HistoryEvent.Call;
import io.holdfast.verification.checker.HistoryEvent.Fault;
import io.holdfast.verification.checker.HistoryEvent.FaultPhase;
import io.holdfast.verification.checker.HistoryEvent.Journal;
import io.holdfast.verification.checker.HistoryEvent.JournalKind;
import io.holdfast.verification.checker.HistoryEvent.Outage;
import io.holdfast.verification.checker.HistoryWriter;
import io.holdfast.verification.checker.Verb;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes the history of one process. The clock is read under the lock that orders the lines: a call's before it leaves, an
 * answer's after it came, the end of a belief's before it ends. Thread-safe.
 */
final class Recorder implements AutoCloseable {
    private final Object turn = new Object();
    private final Writer out;
    private final HistoryWriter history;
    private final long originNanos;
    private long numbers;
    private long answers;
    private boolean closed;

    /** {@code originNanos} is the zero of all times, the same in all processes. */
    Recorder(Path file, String process, long originNanos) throws IOException {
        // Not buffered: what a process has written is there when it is killed.
        this.out = new LineByLine(new FileOutputStream(file.toFile()));
        this.originNanos = originNanos;
        this.history = new HistoryWriter(out, process);
    }

    /** Hands on each line at once. */
    private static final class LineByLine extends OutputStreamWriter {
        LineByLine(FileOutputStream out) {
            super(out, StandardCharsets.UTF_8);
        }

        @Override
        public Writer append(CharSequence line) throws IOException {
            super.append(line);
            flush();
            return this;
        }
    }

    /** A request on its way. */
    final class Sent implements RequestTap.Heard {
        private final long number;
        private final @Nullable Verb verb;

        private Sent(long number, @Nullable Verb verb) {
            this.number = number;
            this.verb = verb;
        }

        @Override
        public void answered(int httpCode, @Nullable Buffer body) {
            answered(httpCode, body == null ? null : body.toString());
        }

        void answered(int httpCode, @Nullable String body) {
            if (verb != null) {
                answer(at -> Wire.answer(at, number, verb, httpCode, body));
            }
        }

        @Override
        public void failed(boolean nothingSent) {
            if (verb != null) {
                answer(at -> nothingSent ? Wire.refused(at, number, "NotSent") : Wire.lost(at, number));
            }
        }
    }

    /** What hears the requests of one client of the library. */
    RequestTap tap(String client) {
        return (endpoint, path, body) -> sending(client, path, body == null ? null : body.toString());
    }

    /** A request is about to leave. */
    Sent sending(String client, String path, @Nullable String body) {
        synchronized (turn) {
            long number = ++numbers;
            Call call = Wire.call(nowMicros(), number, client, path, Wire.parsed(body));
            if (call == null || closed) {
                return new Sent(number, null);
            }
            history.called(call);
            return new Sent(number, call.verb());
        }
    }

    private void answer(LongFunction<Answer> answer) {
        synchronized (turn) {
            if (!closed) {
                answers++;
                history.answered(answer.apply(nowMicros()));
            }
        }
    }

    /** How many calls of this process were answered, or given up. */
    long answers() {
        synchronized (turn) {
            return answers;
        }
    }

    long nowMicros() {
        return (System.nanoTime() - originNanos) / 1000;
    }

    /** The handle has said that it is held, and until when. */
    void believed(String client, Claim claim, long fence, long untilMicros) {
        synchronized (turn) {
            long at = nowMicros();
            if (!closed && untilMicros > at) {
                history.believed(new Belief(at, client, claim, fence, untilMicros));
            }
        }
    }

    /** The handle says no more that it is held, or is about to be given back. */
    void ended(String client, Claim claim, long fence) {
        synchronized (turn) {
            if (!closed) {
                history.believed(new Belief(nowMicros(), client, claim, fence, 0));
            }
        }
    }

    /** A write of a client to what its lock protects. */
    boolean write(String client, String resource, long value, long fence, ProtectedStore store) {
        long number;
        synchronized (turn) {
            if (closed) {
                return false;
            }
            number = ++numbers;
            List<Claim> claims = List.of(Claim.exclusive(resource));
            history.called(Wire.plain(nowMicros(), number, client, Verb.WRITE, claims, value, fence));
        }
        ProtectedStore.Taken taken = store.write(resource, value, fence);
        answer(at -> switch (taken) {
            case YES -> Wire.ok(at, number);
            case NO -> Wire.refused(at, number, "StaleFence");
            case UNKNOWN -> Wire.lost(at, number);
        });
        return taken == ProtectedStore.Taken.YES;
    }

    /** A store that keeps its books in this history. */
    ProtectedStore store(boolean isFenced) {
        FencedStore store = new FencedStore(history, isFenced);
        return (resource, value, fence) -> {
            synchronized (turn) {
                boolean taken = !closed && store.write(nowMicros(), resource, value, fence);
                return taken ? ProtectedStore.Taken.YES : ProtectedStore.Taken.NO;
            }
        };
    }

    void fault(long number, FaultPhase phase, String kind, String target) {
        synchronized (turn) {
            if (!closed) {
                history.fault(new Fault(nowMicros(), number, phase, kind, target));
            }
        }
    }

    void down(String server, boolean forgets) {
        outage(server, false, forgets);
    }

    void up(String server) {
        outage(server, true, false);
    }

    private void outage(String server, boolean isUp, boolean forgets) {
        synchronized (turn) {
            if (!closed) {
                history.outage(new Outage(nowMicros(), server, isUp, forgets));
            }
        }
    }

    /** An event that a server told of, at the latest now. */
    void journal(String server, String kind, long number, JsonObject event) {
        synchronized (turn) {
            JournalKind known = Wire.journalKind(kind);
            if (!closed && known != null) {
                history.journaled(new Journal(
                        nowMicros(),
                        server,
                        number,
                        known,
                        event.getString("resourceName"),
                        event.getString("clientId", ""),
                        0,
                        event.getLong("fencingToken"),
                        0,
                        event.getString("reason", "")));
            }
        }
    }

    /** Nothing is written any more. */
    @Override
    public void close() throws IOException {
        synchronized (turn) {
            if (!closed) {
                closed = true;
                out.close();
            }
        }
    }
}
