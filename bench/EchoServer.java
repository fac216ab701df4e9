import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.transport.Transport;

/**
 * The yardstick for the lock server: the least a Vert.x HTTP server can do for a request of the same shape. It collects
 * the body, as any server that reads one must, and answers 200 with a constant JSON body of the given size. Transport,
 * options and number of event loops are the lock server's, so the ratio of the two shows what routing, parsing, the
 * lock table and rendering cost, and not what the machine, the kernel or wrk cost.
 *
 * <p>Run: {@code java -cp lock-server/target/lock-server.jar bench/EchoServer.java PORT BYTES}, with {@code
 * -Dholdfast.ioUring=true} where the lock server has it. Loopback only.
 */
public class EchoServer {
    public static void main(String[] args) {
        int port = Integer.parseInt(args[0]);
        Buffer answer = Buffer.buffer("{\"echo\":\"%s\"}".formatted("x".repeat(Integer.parseInt(args[1]) - 11)));
        boolean ioUring = Boolean.getBoolean("holdfast.ioUring");
        VertxBuilder builder = Vertx.builder().with(new VertxOptions().setPreferNativeTransport(true));
        if (ioUring) {
            builder.withTransport(Transport.IO_URING);
        }
        Vertx vertx = builder.build();
        vertx.createHttpServer(new HttpServerOptions().setTcpNoDelay(true))
                .requestHandler(request -> request.body().onSuccess(body -> request.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                        .end(answer)))
                .listen(port, "127.0.0.1")
                .onSuccess(server -> System.out.printf(
                        "echo of %d bytes on port %d, native transport %b, io_uring %b%n",
                        answer.length(), port, vertx.isNativeTransportEnabled(), ioUring))
                .onFailure(failure -> {
                    failure.printStackTrace();
                    System.exit(1);
                });
    }
}
