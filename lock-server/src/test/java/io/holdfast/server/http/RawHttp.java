package io.holdfast.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One HTTP connection by hand, so that a test sends exactly the bytes it says. */
final class RawHttp implements AutoCloseable {
    private static final int READ_TIMEOUT_MS = 15_000;

    private final Socket socket;

    RawHttp(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(READ_TIMEOUT_MS);
        socket.setTcpNoDelay(true);
    }

    /** What came back: the status code, the head as it was, the body. */
    record Answer(int code, String head, String body) {
        String header(String name) {
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ": "))
                    .map(line -> line.substring(name.length() + 2))
                    .findFirst()
                    .orElse("");
        }
    }

    /** One request with a JSON body on a connection of its own. */
    static Answer call(int port, String method, String path, String body) throws IOException {
        return call(port, method, path, "Content-Type: application/json\r\n", body.getBytes(StandardCharsets.UTF_8));
    }

    static Answer call(int port, String method, String path, String headers, byte[] body) throws IOException {
        try (RawHttp http = new RawHttp(port)) {
            String length = body.length == 0 ? "" : "Content-Length: " + body.length + "\r\n";
            http.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + length + "\r\n");
            http.send(body);
            return http.read();
        }
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Reads one answer that has a Content-Length; fails when the connection ends before. */
    Answer read() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(readByte());
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        Answer empty = new Answer(Integer.parseInt(text.substring(9, 12)), text, "");
        String length = empty.header("content-length");
        byte[] body = socket.getInputStream().readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
        return new Answer(empty.code(), text, new String(body, StandardCharsets.UTF_8));
    }

    /** Reads on until that text has come, and the line it is in is complete; returns everything, as it came. */
    String readUntil(String text) throws IOException {
        StringBuilder seen = new StringBuilder();
        do {
            for (int b = readByte(); b != '\n'; b = readByte()) {
                seen.append((char) b);
            }
            seen.append('\n');
        } while (seen.indexOf(text) < 0);
        return seen.toString();
    }

    /** Waits until the other side has closed the connection; whatever it sends before that is dropped. */
    void awaitClosed() throws IOException {
        try {
            byte[] dropped = new byte[65_536];
            while (socket.getInputStream().read(dropped) >= 0) {
                // dropped
            }
        } catch (java.net.SocketException e) {
            // a reset is an end as well
        }
    }

    private int readByte() throws IOException {
        int b = socket.getInputStream().read();
        if (b < 0) {
            throw new IOException("the connection was closed before an answer came");
        }
        return b;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
