import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.core.spi.metrics.ClientMetrics;
import io.vertx.core.spi.metrics.HttpClientMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.core.spi.observability.HttpResponse;
import java.util.concurrent.atomic.LongAdder;

/** Counts the HTTP requests that a Vert.x sends, since the lock client has no counter. Thread-safe. */
final class RequestCount implements VertxMetricsFactory {
    private final LongAdder count = new LongAdder();

    long count() {
        return count.sum();
    }

    @Override
    public VertxMetrics metrics(VertxOptions options) {
        return new VertxMetrics() {
            @Override
            public HttpClientMetrics<?, ?> createHttpClientMetrics(HttpClientConfig config) {
                return new Endpoints();
            }
        };
    }

    private final class Endpoints implements HttpClientMetrics<Object, Object> {
        @Override
        public ClientMetrics<Object, HttpRequest, HttpResponse> createEndpointMetrics(SocketAddress remote, int poolSize) {
            return new ClientMetrics<>() {
                @Override
                public void requestBegin(Object metric, String uri, HttpRequest request) {
                    count.increment();
                }
            };
        }
    }
}
