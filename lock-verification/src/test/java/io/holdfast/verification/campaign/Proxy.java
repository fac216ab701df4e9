package io.holdfast.verification.campaign;

import io.holdfast.verification.Machine;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Stands between clients and one server, and in bad weather loses answers, delays what passes, sends requests twice, or leaves
 * connections half open. The weather may be changed from any thread.
 */
final class Proxy implements AutoCloseable {
    private static final int CLOSE_SECONDS = 5;

    private final Vertx vertx;
    private final NetServer server;
    private final NetClient dialer;
    private final URI target;
    private final Doubler doubler;
    private final Random random;
    private final Set<Wires> wires = ConcurrentHashMap.newKeySet();
    private volatile Weather weather = Weather.FAIR;

    /**
     * What happens to what passes.
     *
     * @param lostPercent of the answers that get lost, with all that follow on their connections
     * @param cutPercent of the requests that get lost, with all that follow on their connections
     * @param delayMillis the most that a piece is held up; order is kept
     * @param doubledPercent of the requests that arrive twice
     */
    record Weather(int lostPercent, int cutPercent, int delayMillis, int doubledPercent) {
        static final Weather FAIR = new Weather(0, 0, 0, 0);
    }

    private Proxy(Vertx vertx, URI target, Recorder recorder, long seed) {
        this.vertx = vertx;
        this.target = target;
        this.random = new Random(seed);
        this.dialer = vertx.createNetClient(new NetClientOptions().setConnectTimeout(2_000));
        this.doubler = new Doubler(vertx, dialer, target, recorder, new Random(seed + 1));
        this.server = vertx.createNetServer();
    }

    static Proxy start(Vertx vertx, URI target, Recorder recorder, long seed) throws Exception {
        Proxy proxy = new Proxy(vertx, target, recorder, seed);
        proxy.server.connectHandler(proxy::connected);
        await(proxy.server.listen(Machine.freePort(proxy.random), "127.0.0.1"));
        return proxy;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    void set(Weather next) {
        weather = next;
    }

    /** One end of every connection there is now is gone, and the other is not told. */
    void leaveHalfOpen() {
        for (Wires each : wires) {
            each.halfOpen(random.nextBoolean());
        }
    }

    /** Closes whatever has lost something. */
    void heal() {
        weather = Weather.FAIR;
        wires.forEach(Wires::closeIfBroken);
    }

    private void connected(NetSocket client) {
        client.pause();
        dialer.connect(target.getPort(), target.getHost())
                .onSuccess(upstream -> new Wires(client, upstream).join())
                .onFailure(cause -> client.close());
    }

    /** A client's connection and its counterpart at the server. */
    private final class Wires {
        private final NetSocket client;
        private final NetSocket upstream;
        private final Direction requests;
        private final Direction answers;
        private volatile boolean broken;
        private volatile boolean deaf;

        Wires(NetSocket client, NetSocket upstream) {
            this.client = client;
            this.upstream = upstream;
            this.requests = new Direction(upstream);
            this.answers = new Direction(client);
        }

        void join() {
            wires.add(this);
            client.handler(piece -> {
                if (chance(weather.cutPercent())) {
                    broken = true;
                    deaf = true;
                }
                if (!deaf) {
                    if (chance(weather.doubledPercent())) {
                        doubler.send(piece);
                    }
                    requests.pass(piece);
                }
            });
            upstream.handler(piece -> {
                if (chance(weather.lostPercent())) {
                    broken = true;
                }
                if (!broken) {
                    answers.pass(piece);
                }
            });
            client.closeHandler(v -> gone(upstream));
            upstream.closeHandler(v -> gone(client));
            client.exceptionHandler(cause -> gone(upstream));
            upstream.exceptionHandler(cause -> gone(client));
            client.resume();
        }

        private void gone(NetSocket other) {
            if (!broken) {
                wires.remove(this);
                other.close();
            }
        }

        /** Loses the client's end, or else the server's. */
        void halfOpen(boolean clientsEnd) {
            broken = true;
            deaf = true;
            if (clientsEnd) {
                client.close();
            } else {
                upstream.close();
            }
        }

        void closeIfBroken() {
            if (broken) {
                wires.remove(this);
                client.close();
                upstream.close();
            }
        }
    }

    /** What is on its way to one end, in order. */
    private final class Direction {
        private final NetSocket to;
        private long freeAtMillis;

        Direction(NetSocket to) {
            this.to = to;
        }

        void pass(Buffer piece) {
            long now = System.nanoTime() / 1_000_000;
            int most = weather.delayMillis();
            long at = Math.max(freeAtMillis, most == 0 ? now : now + random.nextInt(most));
            freeAtMillis = at;
            if (at <= now) {
                to.write(piece);
            } else {
                vertx.setTimer(at - now, timer -> to.write(piece));
            }
        }
    }

    private boolean chance(int percent) {
        return percent > 0 && random.nextInt(100) < percent;
    }

    @Override
    public void close() throws Exception {
        List<Wires> all = new ArrayList<>(wires);
        all.forEach(each -> {
            each.client.close();
            each.upstream.close();
        });
        await(Future.join(server.close(), dialer.close()));
    }

    private static void await(Future<?> future) throws ExecutionException, InterruptedException, TimeoutException {
        future.toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
