import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.net.InetAddress;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/**
 * Takes exactly COUNT locks of fresh names and ends; wrk can only be bounded by time. Prints one line that begins with
 * FILLED. Names and client ids have the same length throughout, so that their share of the heap can be worked out.
 *
 * <p>Run: {@code java -cp lock-server/target/lock-server.jar bench/Fill.java URL COUNT PREFIX [END]}. With END, in
 * milliseconds since 1970, all leases end at that moment. Loopback only. All state belongs to one event loop.
 */
public class Fill {
    private static final int CONNECTIONS = 64; // durable mode answers a connection one by one
    private static final int PIPELINED = 4;

    private final HttpClient client;
    private final int count;
    private final String prefix;
    private final long endMillis; // 0: as the server has it
    private final long startedNanos = System.nanoTime();
    private int sent;
    private int granted;
    private int answerBytes;

    private Fill(HttpClient client, int count, String prefix, long endMillis) {
        this.client = client;
        this.count = count;
        this.prefix = prefix;
        this.endMillis = endMillis;
    }

    public static void main(String[] args) throws Exception {
        URI url = URI.create(args[0]);
        if (!InetAddress.getByName(url.getHost()).isLoopbackAddress()) {
            System.err.println("refused: load goes to loopback only");
            System.exit(2);
        }
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setDefaultHost(url.getHost())
                        .setDefaultPort(url.getPort())
                        .setPipelining(true)
                        .setPipeliningLimit(PIPELINED)
                        .setIdleTimeout(30), // seconds: a server that stops answering ends the run
                new PoolOptions().setHttp1MaxSize(CONNECTIONS));
        Fill fill = new Fill(client, Integer.parseInt(args[1]), args[2], args.length > 3 ? Long.parseLong(args[3]) : 0);
        vertx.runOnContext(start -> {
            for (int i = 0; i < CONNECTIONS * PIPELINED; i++) {
                fill.next();
            }
        });
    }

    private String name(int number) {
        return "%s-%010d".formatted(prefix, number);
    }

    private String clientId(int number) {
        return "client-%010d".formatted(number);
    }

    private String lease() {
        return endMillis == 0 ? "" : ",\"ttlMs\":" + Math.max(1000, endMillis - System.currentTimeMillis());
    }

    private void next() {
        if (sent == count) {
            return;
        }
        sent++;
        Buffer body = Buffer.buffer(
                "{\"resourceName\":\"%s\",\"clientId\":\"%s\"%s}".formatted(name(sent), clientId(sent), lease()));
        client.request(HttpMethod.POST, "/api/lock/acquire")
                .compose(request -> request.putHeader(HttpHeaders.CONTENT_TYPE, "application/json").send(body))
                .compose(response -> response.body().onSuccess(answer -> onAnswer(response, answer)))
                .onFailure(failure -> end(1, "failed after " + granted + " grants: " + failure));
    }

    private void onAnswer(HttpClientResponse response, Buffer answer) {
        if (response.statusCode() != 200) {
            end(1, "refused after " + granted + " grants: " + response.statusCode() + " " + answer);
            return;
        }
        granted++;
        answerBytes = Math.max(answerBytes, answer.length());
        if (granted == count) {
            end(0, "FILLED count=%d ms=%d answer_bytes=%d name_chars=%d client_chars=%d".formatted(
                    count, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos), answerBytes,
                    name(1).length(), clientId(1).length()));
        } else {
            next();
        }
    }

    private static void end(int exitCode, String message) {
        System.out.println(message);
        System.exit(exitCode);
    }
}
