package io.holdfast.server.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** One HTTP/2 connection by hand, so that a test sends exactly the frames it says. */
final class RawHttp2 implements AutoCloseable {
    static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int ACK = 1;
    private static final int PRIORITY = 32;
    private static final int PRIORITY_BYTES = 5;

    static final int NO_ERROR = 0;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int ENHANCE_YOUR_CALM = 11;
    static final int NONE = -1;

    private static final int READ_TIMEOUT_MS = 15_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Received> received = new HashMap<>();
    private int lastStream = -1;
    private int goAway = NONE;
    private int pongs;

    /** What came back on one stream. */
    private static final class Received {
        private StringBuilder head = new StringBuilder();
        private int code;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private boolean ended;
        private int reset = NONE;
    }

    /** Opens a connection and sends nothing on it. */
    static RawHttp2 silent(int port) throws IOException {
        return new RawHttp2(port);
    }

    /** Opens a connection and begins HTTP/2 on it. */
    static RawHttp2 connect(int port) throws IOException {
        RawHttp2 http = new RawHttp2(port);
        http.send(PREFACE);
        http.frame(SETTINGS, 0, 0, new byte[0]);
        http.frame(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(1 << 30).array());
        return http;
    }

    /** One request on a connection of its own; {@code headers} are lines as in HTTP/1.1. */
    static RawHttp.Answer call(int port, String method, String path, String headers, byte[] body) throws IOException {
        try (RawHttp2 http = connect(port)) {
            int stream = http.open(body.length == 0, method, path, headers);
            if (body.length > 0) {
                http.frame(DATA, END_STREAM, stream, body);
            }
            return http.answer(stream);
        }
    }

    private RawHttp2(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(READ_TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Sends a whole request with a JSON body; returns its stream. */
    int post(String path, String body) throws IOException {
        int stream = open(false, "POST", path, "content-type: application/json\r\n");
        frame(DATA, END_STREAM, stream, body.getBytes(StandardCharsets.UTF_8));
        return stream;
    }

    int get(String path) throws IOException {
        return open(true, "GET", path, "");
    }

    /** Sends the headers of a request; returns its stream. */
    int open(boolean isWhole, String method, String path, String headers) throws IOException {
        lastStream += 2;
        int flags = END_HEADERS | (isWhole ? END_STREAM : 0);
        frame(HEADERS, flags, lastStream, block(method, path, headers));
        return lastStream;
    }

    static byte[] block(String method, String path, String headers) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", method);
        field(block, ":scheme", "http");
        field(block, ":path", path);
        field(block, ":authority", "localhost");
        headers.lines().forEach(line -> {
            String[] parts = line.split(": ", 2);
            field(block, parts[0].toLowerCase(Locale.ROOT), parts[1]);
        });
        return block.toByteArray();
    }

    /** A literal without indexing and without Huffman coding. */
    static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        text(block, name);
        text(block, value);
    }

    private static void text(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int rest = bytes.length;
        if (rest < 127) {
            block.write(rest);
        } else {
            block.write(127);
            for (rest -= 127; rest >= 128; rest >>>= 7) {
                block.write((rest & 127) | 128);
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    void reset(int stream) throws IOException {
        frame(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(CANCEL).array());
    }

    void ping() throws IOException {
        frame(PING, 0, 0, new byte[8]);
    }

    /** Reads until one more ping is answered. */
    void awaitPong() throws IOException {
        int before = pongs;
        readUntil(() -> pongs > before);
    }

    void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        send(ByteBuffer.allocate(9 + payload.length)
                .putInt((payload.length << 8) | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array());
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Reads until the stream's answer is whole. */
    RawHttp.Answer answer(int stream) throws IOException {
        Received answer = of(stream);
        readUntil(() -> answer.ended || answer.reset != NONE);
        if (!answer.ended) {
            throw new IOException("the stream was reset with " + answer.reset);
        }
        return new RawHttp.Answer(answer.code, answer.head.toString(), answer.body.toString(StandardCharsets.UTF_8));
    }

    /** Reads until the stream is reset; returns why. */
    int awaitReset(int stream) throws IOException {
        Received answer = of(stream);
        readUntil(() -> answer.reset != NONE);
        return answer.reset;
    }

    boolean isOpen(int stream) {
        return !of(stream).ended && of(stream).reset == NONE;
    }

    /** Reads until the other side has closed the connection; returns why it said it would, or {@link #NONE}. */
    int awaitClosed() throws IOException {
        try {
            readUntil(() -> false);
        } catch (EOFException | SocketException e) {
            // that is what was waited for
        }
        return goAway;
    }

    private Received of(int stream) {
        return received.computeIfAbsent(stream, number -> new Received());
    }

    private void readUntil(BooleanSupplier isDone) throws IOException {
        while (!isDone.getAsBoolean()) {
            int lengthAndType = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = in.readNBytes(lengthAndType >>> 8);
            take(lengthAndType & 255, flags, stream, payload);
        }
    }

    private void take(int type, int flags, int stream, byte[] payload) throws IOException {
        switch (type) {
            case DATA -> of(stream).body.writeBytes(payload);
            case HEADERS -> head(of(stream), stream, (flags & PRIORITY) == 0 ? payload : withoutPriority(payload));
            case RST_STREAM -> of(stream).reset = ByteBuffer.wrap(payload).getInt();
            case PING -> pongs++;
            case GOAWAY -> goAway = ByteBuffer.wrap(payload).getInt(4);
            case SETTINGS -> {
                if ((flags & ACK) == 0) {
                    frame(SETTINGS, ACK, 0, new byte[0]);
                }
            }
            default -> {
                // window updates
            }
        }
        if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
            of(stream).ended = true;
        }
    }

    private static byte[] withoutPriority(byte[] payload) {
        return Arrays.copyOfRange(payload, PRIORITY_BYTES, payload.length);
    }

    private void head(Received answer, int stream, byte[] payload) throws IOException {
        try {
            Http2Headers headers = hpack.decodeHeaders(stream, Unpooled.wrappedBuffer(payload));
            answer.code = Integer.parseInt(headers.status().toString());
            answer.head = new StringBuilder("HTTP/2 " + answer.code + "\r\n");
            headers.forEach(field -> answer.head
                    .append(field.getKey())
                    .append(": ")
                    .append(field.getValue())
                    .append("\r\n"));
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
