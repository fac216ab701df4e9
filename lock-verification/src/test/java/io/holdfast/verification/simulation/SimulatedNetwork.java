package io.holdfast.verification.simulation;

import io.holdfast.protocol.LockAnswer;
import io.holdfast.protocol.SessionBeaten;
import io.holdfast.protocol.SessionOpened;
import io.holdfast.verification.simulation.Tally.Happening;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries requests to the server and answers back. Each on its own: a message may take any time, so they overtake each
 * other; connections break before, while and after a request is served, and either side may hear of that late or never;
 * and something on the way may send a request twice, the second time much later.
 */
final class SimulatedNetwork {
    private final SimulatedWorld world;
    private final SimulatedServer server;
    private final double faultRate;
    /** What the server has accepted and not answered. */
    private final Set<Connection> open = new LinkedHashSet<>();

    SimulatedNetwork(SimulatedWorld world, SimulatedServer server, double faultRate) {
        this.world = world;
        this.server = server;
        this.faultRate = faultRate;
    }

    /** One request of a client, answered once: with an answer, or with null when its outcome is unknown. */
    final class Exchange {
        private final SimulatedNode client;
        private final Call call;
        private final Consumer<byte @Nullable []> reply;
        private boolean settled;
        private boolean broken;
        private boolean toldServer;

        private Exchange(SimulatedNode client, Call call, Consumer<byte @Nullable []> reply) {
            this.client = client;
            this.call = call;
            this.reply = client.inThisLife(reply);
        }

        private void settle(byte @Nullable [] answer) {
            if (!settled) {
                settled = true;
                reply.accept(answer);
            }
        }

        /** The client gives the request up; its connection is closed. */
        void abandon() {
            settled = true;
            breakConnection();
        }

        private void timeOut() {
            if (!settled) {
                world.log(call.about(), client.name() + " hears nothing of " + call);
                breakConnection();
                settle(null);
            }
        }

        /** The connection is gone; the client hears of it at once or by its time-out, the server later or never. */
        private void breakConnection() {
            if (broken) {
                return;
            }
            broken = true;
            boolean never = client.isCutOff() || (!world.isHealed() && world.chance(0.2));
            if (!never) {
                world.after(delayMillis() + (faulty() ? world.between(0, 3_000) : 0), () -> {
                    toldServer = true;
                    List.copyOf(open).forEach(connection -> connection.tellGone(this));
                });
            }
        }

        private void reset() {
            broken = true;
            toldServer = true;
            if (world.chance(0.7)) {
                world.after(delayMillis(), () -> client.handle(() -> settle(null)));
            }
        }
    }

    /** The server's end of one delivery of a request. */
    final class Connection implements ServerConnection {
        private final Exchange exchange;
        private final int run;
        private @Nullable Runnable gone;
        private boolean answered;
        private boolean heardGone;
        private @Nullable LockAnswer answer;

        private Connection(Exchange exchange, int run) {
            this.exchange = exchange;
            this.run = run;
        }

        @Override
        public Call call() {
            return exchange.call;
        }

        @Override
        public String clientName() {
            return exchange.client.name();
        }

        @Override
        public boolean isKnownGone() {
            return heardGone;
        }

        @Override
        public @Nullable LockAnswer given() {
            return answer;
        }

        @Override
        public void onGone(Runnable newGone) {
            gone = newGone;
            server.watched(this);
        }

        @Override
        public void answer(LockAnswer newAnswer, Runnable undelivered) {
            note(show(newAnswer));
            answer = newAnswer;
            server.answered(this, newAnswer);
            Runnable notArrived = () -> {
                undelivered.run();
                server.grantCheck().undelivered(newAnswer);
            };
            transmit(newAnswer.toJson(), notArrived);
        }

        @Override
        public void opened(SessionOpened opened) {
            note("opened, remaining=" + opened.remainingMs());
            server.sessionCheck().opened(opened);
            transmit(opened.toJson(), () -> {});
        }

        @Override
        public void beaten(SessionBeaten beaten) {
            note("beaten " + beaten);
            server.sessionCheck().beaten(call(), beaten);
            transmit(beaten.toJson(), () -> {});
        }

        private void note(String shown) {
            if (answered) {
                throw new Violation(Violation.Rule.PROTOCOL, call().about(), "answered twice: " + shown);
            }
            answered = true;
            open.remove(this);
            world.log(call().about(), "server to " + clientName() + ": " + shown);
        }

        private void transmit(byte[] body, Runnable notArrived) {
            if (exchange.toldServer) {
                notArrived.run();
            } else if (exchange.broken || (faulty() && world.chance(faultRate))) {
                lose(notArrived);
            } else {
                deliver(body);
            }
        }

        private static String show(LockAnswer answer) {
            return answer.status()
                    + (answer.fencingToken() == null ? "" : " fence=" + answer.fencingToken())
                    + (answer.remainingMs() == null ? "" : " remaining=" + answer.remainingMs())
                    + (answer.ticket() == null ? "" : " ticket=" + answer.ticket())
                    + (answer.reason() == null ? "" : " " + answer.reason());
        }

        /** The answer does not arrive, and the server may learn that when it writes. */
        private void lose(Runnable notArrived) {
            world.tally().count(Happening.CONNECTION_LOST);
            world.log(call().about(), "the answer to " + clientName() + " is lost");
            if (world.chance(0.5)) {
                notArrived.run();
            }
            if (world.chance(0.5)) {
                exchange.broken = true;
                world.after(delayMillis(), () -> exchange.client.handle(() -> exchange.settle(null)));
            }
        }

        private void deliver(byte[] body) {
            world.after(delayMillis(), () -> {
                if (!exchange.broken && !exchange.client.isCutOff()) {
                    exchange.client.handle(() -> exchange.settle(body));
                }
            });
        }

        private void tellGone(Exchange which) {
            if (which == exchange && !answered) {
                server.whenRunning(run, () -> {
                    if (!answered) {
                        heardGone = true;
                        open.remove(this);
                        server.heardGone(this, gone);
                    }
                });
            }
        }
    }

    /** Sends a request about locks. */
    Exchange send(SimulatedNode client, Call call, long timeoutMillis, Consumer<@Nullable LockAnswer> reply) {
        return exchange(client, call, timeoutMillis, body -> reply.accept(body == null ? null : read(call, body)));
    }

    /** Reads an answer as a client does. */
    static LockAnswer read(Call call, byte[] body) {
        try {
            return LockAnswer.read(body);
        } catch (IOException e) {
            throw new Violation(Violation.Rule.PROTOCOL, call.about(), e.toString());
        }
    }

    /** Sends a request; the reply is given the answer as it came, or null. */
    Exchange exchange(SimulatedNode client, Call call, long timeoutMillis, Consumer<byte @Nullable []> reply) {
        Exchange exchange = new Exchange(client, call, reply);
        world.log(call.about(), client.name() + " sends " + call);
        client.after(timeoutMillis, exchange::timeOut);
        if (faulty() && world.chance(faultRate)) {
            world.tally().count(Happening.CONNECTION_LOST);
            world.log(call.about(), "the request is lost");
            world.after(delayMillis(), () -> client.handle(exchange::timeOut));
            return exchange;
        }
        world.after(delayMillis(), () -> arrive(exchange));
        if (faulty() && world.chance(faultRate)) {
            world.after(delayMillis() + world.between(0, 30_000), () -> {
                world.tally().count(Happening.DUPLICATE);
                world.log(call.about(), "once more arrives " + client.name() + "'s " + call);
                arrive(exchange);
            });
        }
        if (faulty() && world.chance(faultRate)) {
            world.after(world.between(1, timeoutMillis), () -> {
                if (!exchange.settled) {
                    world.tally().count(Happening.CONNECTION_LOST);
                    exchange.breakConnection();
                    client.handle(exchange::timeOut);
                }
            });
        }
        return exchange;
    }

    private void arrive(Exchange exchange) {
        if (exchange.client.isCutOff()) {
            return; // the client will find out by its time-out
        }
        if (!server.isUp()) {
            exchange.reset();
            return;
        }
        Connection connection = new Connection(exchange, server.run());
        open.add(connection);
        server.receive(connection);
    }

    /** The server's process is gone, and all its connections with it. */
    void serverDied() {
        List.copyOf(open).forEach(connection -> connection.exchange.reset());
        open.clear();
    }

    private boolean faulty() {
        return faultRate > 0 && !world.isHealed();
    }

    private long delayMillis() {
        double luck = world.random().nextDouble();
        if (faulty() && luck < 0.05) {
            return world.between(200, 4_000);
        }
        return luck < 0.3 ? world.between(10, 200) : world.between(1, 10);
    }
}
