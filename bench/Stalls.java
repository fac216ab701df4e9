import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * How long others wait while the server writes down all that it holds: locks and unlocks one resource on one connection, two
 * hundred times a second, for as long as a backup takes, and for as long without one, in turn. A backup reads the
 * snapshot and the log and writes the table down on a thread of its own, as a snapshot does.
 *
 * <p>Run: {@code java bench/Stalls.java URL ROUNDS}. Loopback only.
 */
public class Stalls {
    private static final int EVERY_NANOS = 5_000_000;
    private static final long WARM_NANOS = 10_000_000_000L;
    private static final long LONG_NANOS = 20_000_000;

    private final URI url;
    private final Connection connection;
    private final long[] nanos = new long[10_000_000]; // allocated once: the client is to have no pauses of its own

    private Stalls(URI url) throws IOException {
        this.url = url;
        this.connection = new Connection(url);
    }

    public static void main(String[] args) throws Exception {
        URI url = URI.create(args[0]);
        if (!InetAddress.getByName(url.getHost()).isLoopbackAddress()) {
            System.err.println("refused: load goes to loopback only");
            System.exit(2);
        }
        new Stalls(url).run(Integer.parseInt(args[1]));
    }

    private void run(int rounds) throws Exception {
        probe(since(System.nanoTime(), WARM_NANOS));
        for (int round = 1; round <= rounds; round++) {
            long begin = System.nanoTime();
            CompletableFuture<String> backup = CompletableFuture.supplyAsync(this::backUp);
            print("all is written down", probe(backup::isDone));
            System.out.println(backup.get());
            long now = System.nanoTime();
            print("nothing else", probe(since(now, now - begin)));
        }
    }

    private static BooleanSupplier since(long begin, long nanos) {
        return () -> System.nanoTime() - begin >= nanos;
    }

    private String backUp() {
        try (Connection own = new Connection(url)) {
            return own.post("/api/admin/backup", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns how many times are in the array. */
    private int probe(BooleanSupplier done) throws IOException {
        int count = 0;
        long next = System.nanoTime();
        String token = null;
        while (!done.getAsBoolean() && count < nanos.length) {
            // From the moment it was due: a stall is felt by all that come in it.
            LockSupport.parkNanos(next - System.nanoTime());
            if (token == null) {
                String answer = connection.post("/api/lock/acquire", "{\"resourceName\":\"probe\"}");
                token = answer.replaceFirst(".*\"lockToken\":\"([^\"]*)\".*", "$1");
            } else {
                release(token);
                token = null;
            }
            nanos[count++] = System.nanoTime() - next;
            next += EVERY_NANOS;
        }
        if (token != null) {
            release(token);
        }
        return count;
    }

    private void release(String token) throws IOException {
        connection.post("/api/lock/release", "{\"resourceName\":\"probe\",\"lockToken\":\"" + token + "\"}");
    }

    private void print(String what, int count) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        System.out.printf(
                "%-20s n=%d p50=%d us p99=%d us above_20_ms=%d max=%.1f ms%n",
                what, count, sorted[count / 2] / 1_000, sorted[(int) (count * 0.99)] / 1_000,
                Arrays.stream(sorted).filter(n -> n > LONG_NANOS).count(), sorted[count - 1] / 1e6);
    }

    private static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final OutputStream out;
        private final BufferedReader in;

        Connection(URI url) throws IOException {
            socket = new Socket(url.getHost(), url.getPort());
            socket.setTcpNoDelay(true);
            out = socket.getOutputStream();
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        }

        String post(String path, String body) throws IOException {
            out.write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.US_ASCII));
            String status = in.readLine();
            int length = 0;
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                    length = Integer.parseInt(line.substring(15).trim());
                }
            }
            char[] answer = new char[length];
            for (int read = 0; read < length; ) {
                read += in.read(answer, read, length - read);
            }
            if (!status.startsWith("HTTP/1.1 200")) {
                throw new IOException(path + ": " + status + " " + new String(answer));
            }
            return new String(answer);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
