package io.holdfast.verification.campaign;

import io.holdfast.verification.checker.HistoryEvent.FaultPhase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** One fault: does it, waits, and undoes it. */
final class FaultInjection implements Runnable {
    private static final int CLOCK_SECONDS = 3_600;
    private static final double CLOCK_STEP_SECONDS = 0.8;
    private static final int EXIT_SECONDS = 15;
    private static final String SYNC_DELAY_MICROS = "120000";

    private final FaultKind kind;
    private final long afterMillis;
    private final long lastsMillis;
    private final Stage stage;
    private final Random random;
    private final long number;

    /** {@code lastsMillis} is how long a fault lasts that has a length. */
    FaultInjection(FaultKind kind, long afterMillis, long lastsMillis, Stage stage, long seed) {
        this.kind = kind;
        this.afterMillis = afterMillis;
        this.lastsMillis = lastsMillis;
        this.stage = stage;
        this.random = new Random(seed);
        this.number = stage.faultNumbers().incrementAndGet();
    }

    /** This machine cannot do it. */
    private static final class NotHereException extends Exception {
        private static final long serialVersionUID = 1;
    }

    @Override
    public void run() {
        try {
            TimeUnit.MILLISECONDS.sleep(afterMillis);
            strike();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (NotHereException e) {
            stage.recorder().fault(number, FaultPhase.FAILED, kind.word(), "");
        } catch (IOException e) {
            throw new IllegalStateException("the fault " + kind.word() + " could not be undone", e);
        }
    }

    private void strike() throws InterruptedException, IOException, NotHereException {
        switch (kind) {
            case KILL_SERVER, KILL_LEADER -> kill(stage.service().leader());
            case KILL_FOLLOWER -> kill(follower());
            case KILL_CLIENT -> killClient();
            case STOP_SERVER, STOP_LEADER -> {
                Node node = stage.service().leader();
                stop(node.process(), node.id());
            }
            case STOP_FOLLOWER -> {
                Node node = follower();
                stop(node.process(), node.id());
            }
            case STOP_CLIENT -> stop(client().process(), "client");
            case LOST_ANSWERS -> weather(new Proxy.Weather(5, 0, 0, 0));
            case DELAYS -> weather(new Proxy.Weather(0, 0, 400, 0));
            case DUPLICATES -> weather(new Proxy.Weather(0, 0, 40, 30));
            case STORM -> weather(new Proxy.Weather(5, 35, 1_500, 0));
            case CUT_CLIENTS -> cutClients();
            case HALF_OPEN -> halfOpen();
            case SERVER_CLOCK -> clock(stage.service().leader().time(), "server");
            case CLOCK_STEPS -> clockSteps(stage.service().leader().time());
            case CLIENT_CLOCK -> clock(stage.clientClock(), "client");
            case ISOLATE_LEADER -> isolate(true);
            case DEAFEN_LEADER -> isolate(random.nextBoolean(), random.nextBoolean());
            case SLOW_DISK -> slowDisk();
            case FULL_DISK -> fullDisk();
            case ROLLING_RESTART -> rollingRestart();
        }
    }

    private void begin(String target) {
        stage.recorder().fault(number, FaultPhase.BEGIN, kind.word(), target);
    }

    private void end() {
        stage.recorder().fault(number, FaultPhase.END, kind.word(), "");
    }

    private void last() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(lastsMillis);
    }

    private Node follower() throws InterruptedException {
        List<Node> others = new ArrayList<>(stage.service().nodes());
        others.remove(stage.service().leader());
        return others.get(random.nextInt(others.size()));
    }

    private ClientProcess client() {
        return stage.clients().get(random.nextInt(stage.clients().size()));
    }

    private void kill(Node node) throws InterruptedException, IOException {
        begin(node.id());
        stage.service().kill(node, stage.recorder());
        TimeUnit.MILLISECONDS.sleep(lastsMillis / 2);
        stage.service().revive(node, stage.recorder());
        end();
    }

    /** It stays away: what it held has to expire. */
    private void killClient() throws InterruptedException {
        begin("client");
        Processes.kill(client().process());
        end();
    }

    private void stop(Process process, String target) throws InterruptedException {
        begin(target);
        Processes.signal(process, "STOP");
        try {
            last();
        } finally {
            Processes.signal(process, "CONT");
            end();
        }
    }

    private void weather(Proxy.Weather weather) throws InterruptedException {
        begin("network");
        stage.proxies().forEach(proxy -> proxy.set(weather));
        last();
        stage.proxies().forEach(Proxy::heal);
        end();
    }

    /** The client processes first hear late, and are then not heard any more. */
    private void cutClients() throws InterruptedException {
        begin("client");
        for (int i = 0; i < 2; i++) {
            stage.childProxies().forEach(proxy -> proxy.set(new Proxy.Weather(0, 0, 1_200, 0)));
            TimeUnit.MILLISECONDS.sleep(lastsMillis / 4);
            stage.childProxies().forEach(proxy -> proxy.set(new Proxy.Weather(0, 100, 0, 0)));
            TimeUnit.MILLISECONDS.sleep(lastsMillis / 4);
            stage.childProxies().forEach(Proxy::heal);
        }
        end();
    }

    private void halfOpen() throws InterruptedException {
        begin("network");
        stage.proxies().forEach(Proxy::leaveHalfOpen);
        last();
        stage.proxies().forEach(Proxy::heal);
        end();
    }

    private void clock(FakeTime time, String target) throws InterruptedException, IOException, NotHereException {
        if (!time.canBeSet()) {
            throw new NotHereException();
        }
        begin(target);
        time.set(random.nextBoolean() ? CLOCK_SECONDS : -CLOCK_SECONDS);
        last();
        time.set(0);
        end();
    }

    /** It runs at nearly twice its rate, in steps that are too small to be taken for a sleep. */
    private void clockSteps(FakeTime time) throws InterruptedException, IOException, NotHereException {
        if (!time.canBeSet()) {
            throw new NotHereException();
        }
        begin("server");
        long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(lastsMillis);
        for (int step = 1; System.nanoTime() < untilNanos; step++) {
            time.set(step * CLOCK_STEP_SECONDS);
            TimeUnit.SECONDS.sleep(1);
        }
        end();
    }

    private void isolate(boolean both) throws InterruptedException, NotHereException {
        isolate(both, both);
    }

    /** Cuts the leader off from the others, what it says, what it hears, or both; clients still reach it. */
    private void isolate(boolean mute, boolean deaf) throws InterruptedException, NotHereException {
        Network network = stage.network();
        if (network == null) {
            throw new NotHereException();
        }
        Node leader = stage.service().leader();
        int index = stage.service().nodes().indexOf(leader);
        begin(leader.id() + (mute ? " mute" : "") + (deaf ? " deaf" : ""));
        for (int other = 0; other < stage.service().nodes().size(); other++) {
            if (other != index) {
                boolean muted = (mute || !deaf) && network.cut(index, other);
                boolean deafened = deaf && network.cut(other, index);
                if (!muted && !deafened) {
                    throw new NotHereException();
                }
            }
        }
        last();
        heal(network, index);
        end();
    }

    private void heal(Network network, int index) throws InterruptedException {
        for (int other = 0; other < stage.service().nodes().size(); other++) {
            if (other != index) {
                network.heal(index, other);
                network.heal(other, index);
            }
        }
    }

    private void slowDisk() throws InterruptedException, IOException, NotHereException {
        Node node = stage.service().leader();
        if (!Processes.run("strace", "-V")) {
            throw new NotHereException();
        }
        begin(node.id());
        Process strace = Processes.start(new ProcessBuilder(
                        "strace",
                        "-f",
                        "-o",
                        "/dev/null",
                        "-e",
                        "trace=fdatasync,fsync",
                        "-e",
                        "inject=fdatasync,fsync:delay_enter=" + SYNC_DELAY_MICROS,
                        "-p",
                        Long.toString(node.process().pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD));
        boolean ended = strace.waitFor(lastsMillis, TimeUnit.MILLISECONDS);
        if (ended && strace.exitValue() != 0 && node.isAlive()) {
            end();
            throw new NotHereException(); // it may not trace
        }
        strace.destroy();
        if (!strace.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
            Processes.kill(strace);
        }
        end();
    }

    /** The first node's disk is the small one. */
    private void fullDisk() throws InterruptedException, IOException, NotHereException {
        if (!stage.disk().isThere()) {
            throw new NotHereException();
        }
        Node node = stage.service().nodes().get(0);
        begin(node.id());
        stage.disk().fill();
        last();
        stage.disk().clear();
        stage.service().revive(node, stage.recorder());
        end();
    }

    private void rollingRestart() throws InterruptedException, IOException {
        begin("all");
        for (Node node : stage.service().nodes()) {
            stage.recorder().down(node.id(), stage.service().mode().forgets());
            node.process().destroy();
            if (!node.process().waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                Processes.kill(node.process());
            }
            stage.service().revive(node, stage.recorder());
        }
        end();
    }
}
