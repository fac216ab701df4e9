package io.holdfast.client;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.LostLock;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.protocol.Status;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server that does what the test wrote down, one reaction per request in the order they arrive, at the level of bytes
 * so that it can also do it wrong. It knows no sessions unless told so: a call about them is answered outside the script then,
 * and is not among the requests. All methods may be called from the test's thread.
 */
public final class StubLockServer {
    /** What happens to one request. */
    public interface Reaction {
        void react(NetSocket socket, Request request);
    }

    /** A request as it arrived. */
    public record Request(String method, String path, String head, String body) {
        /** The request id in the body; empty if there is none. */
        public String requestId() {
            int at = body.indexOf("\"requestId\":\"");
            return at < 0 ? "" : body.substring(at + 13, body.indexOf('"', at + 13));
        }
    }

    private final NetServer server;
    private final Deque<Reaction> script = new ArrayDeque<>();
    private final List<Request> requests = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();

    private Reaction beyond = answer(500, "the script is over");
    private boolean sessions;

    private record Waiting(int count, Promise<Request> promise) {}

    private StubLockServer(NetServer server) {
        this.server = server;
    }

    public static StubLockServer start(Vertx vertx) throws Exception {
        NetServer server = vertx.createNetServer();
        StubLockServer stub = new StubLockServer(server);
        server.connectHandler(stub::connected).listen(0, "127.0.0.1").await(5, TimeUnit.SECONDS);
        return stub;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    /** Adds reactions to the script. A request beyond its end is answered with code 500, unless told {@link #otherwise}. */
    public synchronized StubLockServer then(Reaction... reactions) {
        script.addAll(List.of(reactions));
        return this;
    }

    /** What happens to each request beyond the end of the script. */
    public synchronized void otherwise(Reaction reaction) {
        beyond = reaction;
    }

    /** From now on calls about sessions are requests like any other. */
    public synchronized StubLockServer withSessions() {
        sessions = true;
        return this;
    }

    /** Puts a reaction before the rest of the script. */
    public synchronized void thenFirst(Reaction reaction) {
        script.addFirst(reaction);
    }

    /** Every request so far, in order of arrival. */
    public synchronized List<Request> requests() {
        return List.copyOf(requests);
    }

    /** The paths of {@link #requests}, without the common beginning. */
    public List<String> calls() {
        return requests().stream()
                .map(request -> request.path().replace("/api/lock/", "").replace("/api/session/", ""))
                .toList();
    }

    /** Waits until that many requests have arrived in all, and returns the last of them. */
    public Request awaitRequest(int count) throws Exception {
        Future<Request> arrival;
        synchronized (this) {
            if (requests.size() >= count) {
                return requests.get(count - 1);
            }
            Promise<Request> promise = Promise.promise();
            waiting.add(new Waiting(count, promise));
            arrival = promise.future();
        }
        return arrival.await(5, TimeUnit.SECONDS);
    }

    public void stop() throws Exception {
        server.close().await(5, TimeUnit.SECONDS);
    }

    public static Reaction answer(LockAnswer answer) {
        return answer(answer.status().httpCode(), new String(answer.toJson(), StandardCharsets.UTF_8));
    }

    public static Reaction answer(int code, String body) {
        return (socket, request) -> socket.write(response(code, body.length(), body));
    }

    /** Grants the request under its id, as a server does that knows more than the base. */
    public static Reaction grant(String token, long fence, long ttlMillis, long waitedMillis) {
        return (socket, request) -> answer(
                        LockAnswer.acquired(token, fence, ttlMillis, ttlMillis, waitedMillis, request.requestId()))
                .react(socket, request);
    }

    /** Opens a session under that id. */
    public static Reaction opened(String id) {
        return json(new SessionOpened(id, 45_000, 45_000).toJson());
    }

    /** Confirms a session. */
    public static Reaction beaten(long seq, List<LostLock> lost, List<String> wanted) {
        return json(new SessionBeaten(45_000, seq, lost, wanted, false).toJson());
    }

    private static Reaction json(byte[] body) {
        return answer(200, new String(body, StandardCharsets.UTF_8));
    }

    /** Busy, as a server says it that knows more than the base. */
    public static Reaction busyInLine() {
        return answer(LockAnswer.busy("r", List.of(), 0, 1_000, null));
    }

    /** Begins an answer that goes on until the connection ends, and hands the connection to the test. */
    public static Reaction stream(String contentType, Promise<NetSocket> socket) {
        return (connection, request) -> connection
                .write("HTTP/1.1 200 X\r\nContent-Type: " + contentType + "\r\nConnection: close\r\n\r\n")
                .onComplete(written -> socket.complete(connection));
    }

    /** Answers when the test says so. */
    public static Reaction delayed(Future<?> until, Reaction reaction) {
        return (socket, request) -> until.onSuccess(v -> reaction.react(socket, request));
    }

    /** Never answers. */
    public static Reaction silence() {
        return (socket, request) -> {};
    }

    /** Closes the connection once the request has arrived. */
    public static Reaction reset() {
        return (socket, request) -> socket.close();
    }

    public static Reaction garbage() {
        return answer(200, "<html>it works</html>");
    }

    /** Says how long the answer is and stops in the middle of it. */
    public static Reaction half(LockAnswer answer) {
        String body = new String(answer.toJson(), StandardCharsets.UTF_8);
        Buffer response = response(answer.status().httpCode(), body.length(), body.substring(0, body.length() / 2));
        return (socket, request) -> socket.write(response).onComplete(written -> socket.close());
    }

    private static Buffer response(int code, int length, String body) {
        return Buffer.buffer("HTTP/1.1 " + code + " X\r\nContent-Type: application/json\r\nContent-Length: " + length
                + "\r\n\r\n" + body);
    }

    private void connected(NetSocket socket) {
        StringBuilder received = new StringBuilder();
        socket.exceptionHandler(failure -> socket.close());
        socket.handler(chunk -> {
            received.append(chunk.toString(StandardCharsets.ISO_8859_1));
            String text = received.toString();
            int end = text.indexOf("\r\n\r\n");
            if (end < 0 || received.length() < end + 4 + contentLength(text.substring(0, end))) {
                return;
            }
            String[] line = text.substring(0, text.indexOf("\r\n")).split(" ", -1);
            String body = text.substring(end + 4);
            received.setLength(0);
            Request request = new Request(line[0], line[1], text.substring(0, end), body);
            arrived(request).react(socket, request);
        });
    }

    private synchronized Reaction arrived(Request request) {
        if (!sessions && request.path().startsWith("/api/session/")) {
            return answer(LockAnswer.refused(Status.UNKNOWN_PATH, "There is no such endpoint"));
        }
        requests.add(request);
        for (Waiting waiter : waiting) {
            if (waiter.count() == requests.size()) {
                waiter.promise().complete(request);
            }
        }
        Reaction next = script.poll();
        return next != null ? next : beyond;
    }

    private static int contentLength(String head) {
        for (String line : head.split("\r\n", -1)) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                return Integer.parseInt(line.substring(15).trim());
            }
        }
        return 0;
    }
}
