package io.holdfast.verification.campaign;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request a second time, at once or late, on a connection of its own. Nobody hears the answer but the history. Used on
 * one event loop.
 */
final class Doubler {
    private static final Pattern REQUEST = Pattern.compile("POST (\\S+) HTTP/1\\.1\r\n");
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");
    private static final Pattern ANSWER = Pattern.compile("HTTP/1\\.1 (\\d{3})");
    private static final int LATEST_MILLIS = 3_000;
    private static final int OPEN_MILLIS = 10_000;

    private final Vertx vertx;
    private final NetClient dialer;
    private final URI target;
    private final Recorder recorder;
    private final Random random;

    Doubler(Vertx vertx, NetClient dialer, URI target, Recorder recorder, Random random) {
        this.vertx = vertx;
        this.dialer = dialer;
        this.target = target;
        this.recorder = recorder;
        this.random = random;
    }

    /** Does nothing with what is not one whole request. */
    void send(Buffer piece) {
        String text = piece.toString();
        Matcher request = REQUEST.matcher(text);
        if (request.lookingAt() && body(text) != null) {
            long delay = random.nextBoolean() ? 1 : 1 + random.nextInt(LATEST_MILLIS);
            vertx.setTimer(delay, timer -> dialer.connect(target.getPort(), target.getHost())
                    .onSuccess(socket -> send(socket, request.group(1), text)));
        }
    }

    private void send(NetSocket socket, String path, String text) {
        Recorder.Sent sent = recorder.sending("copy", path, body(text));
        StringBuilder answer = new StringBuilder();
        long guard = vertx.setTimer(OPEN_MILLIS, timer -> socket.close());
        socket.handler(piece -> {
            answer.append(piece);
            Matcher status = ANSWER.matcher(answer);
            String said = body(answer.toString());
            if (said != null && status.lookingAt()) {
                sent.answered(Integer.parseInt(status.group(1)), said);
                socket.handler(more -> {});
                socket.close();
            }
        });
        socket.closeHandler(v -> {
            vertx.cancelTimer(guard);
            if (body(answer.toString()) == null) {
                sent.failed(false);
            }
        });
        socket.write(text);
    }

    /** The body, once it is all there. */
    private static @Nullable String body(String message) {
        int head = message.indexOf("\r\n\r\n");
        Matcher length = LENGTH.matcher(message);
        if (head < 0 || !length.find()) {
            return null;
        }
        String body = message.substring(head + 4);
        return body.length() == Integer.parseInt(length.group(1)) ? body : null;
    }
}
