package io.holdfast.client;

import io.holdfast.client.core.BackOff;
import io.holdfast.client.core.EventLines;
import io.holdfast.protocol.EventKind;
import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LockEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One stream of events: connects, and again when the connection ends, from where it was. To be used on the client's context
 * only.
 */
final class EventFeed {
    /** The server gives a sign of life every 15 seconds. */
    static final long SILENCE_MILLIS = 40_000;

    private static final String RESET = "reset";
    private static final BackOff BACK_OFF = new BackOff(100, 5_000);

    private final Means means;
    private final Supplier<EventSource> source;
    private final Context owner;
    private final Context caller;
    private final String path;
    private final LockEventListener listener;
    private final Alarm again;
    private final Promise<Void> ended = Promise.promise();
    private OptionalLong lastId;
    private boolean wasConnected;
    private int failures;
    private @Nullable HttpClientResponse response;
    private volatile boolean over;

    /**
     * A stream that is about to start.
     *
     * @param owner the client's context
     * @param caller where the listener is called
     * @param lastId the last event it knows; empty to begin with the next one
     */
    EventFeed(
            Means means,
            Supplier<EventSource> source,
            Context owner,
            Context caller,
            String path,
            OptionalLong lastId,
            LockEventListener listener) {
        this.means = means;
        this.source = source;
        this.owner = owner;
        this.caller = caller;
        this.path = path;
        this.lastId = lastId;
        this.listener = listener;
        this.again = new Alarm(means.ticker(), this::connect);
    }

    void start() {
        connect();
    }

    Future<Void> ended() {
        return ended.future();
    }

    Future<Void> close() {
        end(null);
        // On the caller's context, behind what may be on its way to the listener.
        Promise<Void> told = Promise.promise();
        caller.runOnContext(v -> told.complete());
        return told.future();
    }

    /** It could not even be started. */
    void failed(Throwable cause) {
        over = true;
        ended.tryFail(cause);
    }

    private void end(@Nullable Throwable cause) {
        if (over) {
            return;
        }
        over = true;
        again.cancel();
        if (response != null) {
            response.request().reset();
        }
        if (cause == null) {
            ended.complete();
        } else {
            ended.fail(cause);
        }
    }

    private void connect() {
        source.get().get(path, lastId, SILENCE_MILLIS).onSuccess(this::answered).onFailure(cause -> reconnect(0));
    }

    private void answered(HttpClientResponse answer) {
        if (over) {
            answer.request().reset();
        } else if (answer.statusCode() == 200) {
            response = answer;
            listen(answer);
        } else {
            EventSource.readRefusal(answer).onSuccess(this::refused);
        }
    }

    private void refused(ServerReply reply) {
        LockAnswer refusal = reply.answer();
        if (over) {
            return;
        }
        if (refusal == null) {
            reconnect(reply.retryAfterMillis());
        } else {
            String said = refusal.status().wireName() + ": " + refusal.message();
            end(new LockRefusedException(refusal.status(), "There are no events to be had: " + said));
        }
    }

    private void reconnect(long atLeastMillis) {
        if (!over) {
            failures++;
            again.after(Math.max(atLeastMillis, BACK_OFF.delayMillis(failures, means.random())));
        }
    }

    private void listen(HttpClientResponse answer) {
        LineSplitter lines = new LineSplitter();
        EventLines events = new EventLines();
        if (wasConnected && lastId.isEmpty()) {
            // Nobody knows where the last connection ended, so something may be missing.
            tell(answer, List.of(listener::onReset));
        }
        wasConnected = true;
        answer.exceptionHandler(cause -> lost(answer)).endHandler(end -> lost(answer));
        answer.handler(piece -> {
            try {
                List<Runnable> news = new ArrayList<>();
                for (String line : lines.take(piece)) {
                    EventLines.Event event = events.take(line);
                    if (event != null) {
                        hear(event, news);
                    }
                }
                tell(answer, news);
            } catch (IOException e) {
                answer.request().reset();
                lost(answer);
            }
        });
    }

    private void lost(HttpClientResponse answer) {
        if (response == answer) {
            response = null;
            reconnect(0);
        }
    }

    private void hear(EventLines.Event event, List<Runnable> news) throws IOException {
        String id = event.id();
        if (id != null) {
            lastId = OptionalLong.of(number(id));
        }
        if (!event.name().isEmpty()) {
            failures = 0;
        }
        if (event.name().equals(RESET)) {
            news.add(listener::onReset);
            return;
        }
        EventKind kind = EventKind.ofWireName(event.name());
        if (kind != null && lastId.isPresent()) {
            long number = lastId.getAsLong();
            news.add(told(number, kind, event.data()));
        }
    }

    /** An event that cannot be read is one that was missed. */
    private Runnable told(long number, EventKind kind, String data) {
        try {
            LockEvent what = LockEvent.read(kind, data.getBytes(StandardCharsets.UTF_8));
            return () -> listener.onEvent(number, what);
        } catch (IOException e) {
            return listener::onReset;
        }
    }

    private static long number(String id) throws IOException {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw new IOException("the event's id is no number", e);
        }
    }

    /** Nothing more is read until the listener has heard that: a slow listener holds up the sender, not the memory. */
    private void tell(HttpClientResponse answer, List<Runnable> news) {
        if (news.isEmpty()) {
            return;
        }
        answer.pause();
        caller.runOnContext(v -> {
            Throwable thrown = tellAll(news);
            owner.runOnContext(w -> {
                if (thrown != null) {
                    end(thrown);
                } else {
                    answer.resume();
                }
            });
        });
    }

    private @Nullable Throwable tellAll(List<Runnable> news) {
        try {
            for (Runnable one : news) {
                if (!over) {
                    one.run();
                }
            }
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    /** Cuts a stream of bytes into lines of bounded length. */
    private static final class LineSplitter {
        private static final int MAX_LINE_BYTES = 65_536;

        private Buffer rest = Buffer.buffer();

        List<String> take(Buffer piece) throws IOException {
            List<String> lines = new ArrayList<>();
            Buffer all = rest.appendBuffer(piece);
            int start = 0;
            for (int i = all.length() - piece.length(); i < all.length(); i++) {
                if (all.getByte(i) == '\n') {
                    String line = all.getString(start, i, "UTF-8");
                    lines.add(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
                    start = i + 1;
                }
            }
            rest = all.getBuffer(start, all.length());
            if (rest.length() > MAX_LINE_BYTES) {
                throw new IOException("a line of the event stream is longer than " + MAX_LINE_BYTES + " bytes");
            }
            return lines;
        }
    }
}
