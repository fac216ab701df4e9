import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections that ask for something once, have the answer, and then do nothing until a line of standard input comes. What
 * is asked for is a line for those who speak in lines, and the least request of HTTP; ZooKeeper's clients open a session.
 *
 * <p>Run: {@code Idle PORT http|redis|zookeeper CONNECTIONS}. Prints READY when all have their answers, and then how many the
 * server has closed.
 */
final class Idle {
    private Idle() {}

    public static void main(String[] args) throws IOException {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        int count = Integer.parseInt(args[2]);
        List<SocketChannel> channels = new ArrayList<>(count);
        ByteBuffer answer = ByteBuffer.allocate(4096);
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(server);
            channel.write(hello(args[1]));
            if (channel.read(answer.clear()) < 1) {
                throw new IOException("connection " + i + " was closed instead of being answered");
            }
            channels.add(channel);
        }
        System.out.println("READY");
        System.in.read();
        int closed = 0;
        for (SocketChannel channel : channels) {
            channel.configureBlocking(false);
            closed += channel.read(answer.clear()) < 0 ? 1 : 0;
        }
        System.out.println("RESULT lost=" + closed);
    }

    private static ByteBuffer hello(String protocol) {
        return switch (protocol) {
            case "http" -> ascii("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            case "redis" -> ascii("PING\r\n");
            case "zookeeper" -> newSession();
            default -> throw new IllegalArgumentException("no such protocol: " + protocol);
        };
    }

    private static ByteBuffer ascii(String line) {
        return ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
    }

    /** Length, version, last transaction seen, timeout in ms, session, password, may be read-only. */
    private static ByteBuffer newSession() {
        ByteBuffer request = ByteBuffer.allocate(49);
        request.putInt(45).putInt(0).putLong(0).putInt(60_000).putLong(0).putInt(16).put(new byte[16]).put((byte) 0);
        return request.flip();
    }
}
